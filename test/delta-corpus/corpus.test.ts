import { describe, expect, it } from 'vitest';
import type { Finding } from '../../harness/domain/finding.ts';
import { matchFindings } from '../../scorers/static/delta/match.ts';
import { finding, pairsOf } from '../../scorers/static/delta/testing.ts';
import { type Case, type Mark, readCorpus } from './corpus.ts';
import { judge } from './judge.ts';

const corpus = readCorpus();

/** What they say is about security. */
const securityTools = new Set(['bandit', 'secretlint', 'semgrep']);
/** Lines of each clone in the cases of jscpd, which names no columns. */
const cloneLines = 7;

/** The smallest tool: it finds what is marked, and says of it no more than its rule and what it points at. */
function marked(one: Case, side: Mark['side']): Finding[] {
  return one.marks
    .filter((mark) => mark.side === side)
    .map(({ rule, path, line, code }) => {
      const at = code === null ? -1 : textOf(one, side, path, line).indexOf(code);
      return finding({
        tool: one.tool,
        rule,
        path,
        message: `broken: ${rule} ${securityTools.has(one.tool) ? '' : (code ?? '')}`,
        startLine: line,
        startColumn: at < 0 ? null : at + 1,
        endLine: line === null ? null : line + linesAfter(one.tool, rule),
        endColumn: at < 0 || code === null ? null : at + code.length + 1,
        security: securityTools.has(one.tool) ? 8 : null,
      });
    });
}

/** A clone goes over several lines, and a comment may be for the next one. */
function linesAfter(tool: string, rule: string): number {
  if (tool === 'jscpd') return cloneLines - 1;
  return rule === 'ts-ignore' ? 1 : 0;
}

function textOf(one: Case, side: Mark['side'], path: string, line: number | null): string {
  return one[side][path]?.split(/\r?\n/u)[(line ?? 0) - 1] ?? '';
}

describe('the corpus of small changes', () => {
  it('has cases of every tool, each with a name of its own', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(60);
    expect(new Set(corpus.map(({ tool }) => tool)).size).toBe(12);
    expect(new Set(corpus.map(({ tool, name }) => `${tool}/${name}`)).size).toBe(corpus.length);
  });

  it.each(corpus.map((one) => [`${one.tool}/${one.name}`, one] as const))('%s', (_, one) => {
    const [before, after] = [marked(one, 'before'), marked(one, 'after')];
    const delta = matchFindings(before, after, pairsOf(one.before, one.after, one.renames));
    const { unmarked, disagreements } = judge(one, before, after, delta);
    // Some gaps are the real tool's, and this one has none.
    expect({
      unmarked,
      disagreements: disagreements.filter((line) => !one.gap?.wrong.includes(line)),
    }).toEqual({
      unmarked: [],
      disagreements: [],
    });
  });
});
