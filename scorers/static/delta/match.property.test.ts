import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delta } from './delta.ts';
import { matchFindings } from './match.ts';
import { type Files, pairsOf, todosOf } from './testing.ts';

/** Few different lines, so that equal ones, and equal windows of them, are frequent. */
const line = fc.constantFrom(
  'const first = compute(something); // TODO(a)',
  'const second = compute(something); // TODO(b)',
  '  call(TODO(a), TODO(a), TODO(b));',
  'key = SECRET(a)',
  'key = SECRET(b)',
  'return theAnswerToEverything(first, second);',
  '}',
  '',
  '\tx',
);
const lines: fc.Arbitrary<string[]> = fc.array(line, { maxLength: 30 });
const tree = fc.dictionary(
  fc.constantFrom('a.ts', 'b.ts', 'c.py'),
  lines.map((all) => all.join('\n')),
);

function deltaOf(before: Files, after: Files, renames: Readonly<Record<string, string>> = {}): Delta {
  return matchFindings(todosOf(before), todosOf(after), pairsOf(before, after, renames));
}

function counts({ new: added, fixed, unchanged }: Delta): { new: number; fixed: number; unchanged: number } {
  return { new: added.length, fixed: fixed.length, unchanged: unchanged.length };
}

/** Findings of a text, as counts in which nothing changed. */
function allUnchanged(files: Files): ReturnType<typeof counts> {
  return { new: 0, fixed: 0, unchanged: todosOf(files).length };
}

describe('matching findings, of any two trees', () => {
  it('loses none and makes none up', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        const delta = deltaOf(before, after);
        expect(sorted([...delta.fixed, ...delta.unchanged.map((pair) => pair.before)])).toEqual(
          sorted(todosOf(before)),
        );
        expect(sorted([...delta.new, ...delta.unchanged.map((pair) => pair.after)])).toEqual(
          sorted(todosOf(after)),
        );
      }),
    );
  });

  it('pairs only equal rules, levels and, of security findings, code', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        for (const pair of deltaOf(before, after).unchanged) {
          expect(pair.before.rule).toBe(pair.after.rule);
          if (pair.before.rule === 'SECRET') expect(pair.before.message).toBe(pair.after.message);
        }
      }),
    );
  });

  it('depends on the order of nothing', () => {
    const shuffled = fc.tuple(tree, tree).chain(([before, after]) =>
      fc.record({
        before: fc.constant(before),
        after: fc.constant(after),
        old: fc.shuffledSubarray(todosOf(before), { minLength: todosOf(before).length }),
        now: fc.shuffledSubarray(todosOf(after), { minLength: todosOf(after).length }),
        files: fc.shuffledSubarray(pairsOf(before, after), { minLength: pairsOf(before, after).length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ before, after, old, now, files }) => {
        expect(matchFindings(old, now, files)).toEqual(deltaOf(before, after));
      }),
    );
  });

  it('finds as many fixed one way as new ones the other way, in sum', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        const { new: added, fixed } = counts(deltaOf(before, after));
        expect(added - fixed).toBe(todosOf(after).length - todosOf(before).length);
      }),
    );
  });
});

describe('matching findings, of a tree and what became of it', () => {
  it('takes all for unchanged where nothing changed', () => {
    fc.assert(
      fc.property(tree, (files) => {
        expect(counts(deltaOf(files, files))).toEqual(allUnchanged(files));
      }),
    );
  });

  it('takes all for unchanged where lines were inserted', () => {
    const inserted = fc.tuple(
      lines,
      fc.nat(),
      fc.array(fc.constantFrom('', 'plain();', '}'), { maxLength: 20 }),
    );
    fc.assert(
      fc.property(inserted, ([before, place, added]) => {
        const after = before.toSpliced(place % (before.length + 1), 0, ...added);
        const files = { 'a.ts': before.join('\n') };
        expect(counts(deltaOf(files, { 'a.ts': after.join('\n') }))).toEqual(allUnchanged(files));
      }),
    );
  });

  it('takes all for unchanged where a file was renamed', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const text = all.join('\n');
        const renamed = deltaOf({ 'a.ts': text }, { 'src/b.ts': text }, { 'a.ts': 'src/b.ts' });
        expect(counts(renamed)).toEqual(allUnchanged({ 'a.ts': text }));
      }),
    );
  });

  it('takes all for unchanged where line ends, indentation and quotes changed', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('\r\n', '\n', '\r'), (all, end) => {
        const after = all.map((each) => `\t  ${each.replaceAll("'", '"')}`).join(end) + end;
        const files = { 'a.ts': all.join('\n') };
        expect(counts(deltaOf(files, { 'a.ts': after }))).toEqual(allUnchanged(files));
      }),
    );
  });

  it('takes those of deleted lines for fixed, and no other', () => {
    fc.assert(
      fc.property(lines, lines, lines, (head, block, tail) => {
        const text = (...parts: string[][]) => ({ 'a.ts': parts.flat().join('\n') });
        const delta = counts(deltaOf(text(head, block, tail), text(head, tail)));
        expect(delta).toEqual({
          new: 0,
          fixed: todosOf(text(block)).length,
          unchanged: todosOf(text(head, tail)).length,
        });
      }),
    );
  });

  it('takes those of a copy for new, in the same file and in another one', () => {
    fc.assert(
      fc.property(lines, fc.boolean(), (all, isSameFile) => {
        const text = all.join('\n');
        const after = isSameFile ? { 'a.ts': `${text}\n${text}` } : { 'a.ts': text, 'b.ts': text };
        const count = todosOf({ 'a.ts': text }).length;
        expect(counts(deltaOf({ 'a.ts': text }, after))).toEqual({ new: count, fixed: 0, unchanged: count });
      }),
    );
  });
});

function sorted(findings: readonly object[]): string[] {
  return findings.map((each) => JSON.stringify(each)).sort();
}
