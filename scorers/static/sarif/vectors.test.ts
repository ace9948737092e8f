import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needsVectors, vectorFolder } from '../../tests/parse/testing.ts';
import { ToolFailure } from '../tool.ts';
import { readSarif } from './read.ts';

const { path: folder, isAbsent } = vectorFolder('sarif');
const samples = join(folder, 'samples');
const read = (name: string) =>
  readSarif(readFileSync(join(samples, name), 'utf8'), { tool: 'sample', workdir: '/work' });

/** Each sample with the number of its findings, or why it shows that nothing was done. */
const expected: Record<string, number | string> = {
  '1-Introduction/simple-example.sarif': 1,
  '2-Basics/empty-log.sarif.json': 0,
  '3-Beyond-basics/automation-details.sarif': 0,
  '3-Beyond-basics/bad-eval-related-locations.sarif': 1,
  '3-Beyond-basics/bad-eval-with-code-flow.sarif': 1,
  '3-Beyond-basics/bad-eval.sarif': 1,
  '3-Beyond-basics/link-to-location.sarif': 1,
  '3-Beyond-basics/message-from-metadata.sarif': 1,
  '3-Beyond-basics/message-with-arguments.sarif': 1,
  '3-Beyond-basics/standard-taxonomy.sarif': 1,
  // One of four is absent.
  'Baseline.sarif': 3,
  'CodeFlows.sarif': 1,
  'ContextRegion.sarif': 1,
  'DefaultRuleConfiguration.sarif': 2,
  'EmbeddedBinaryContent.sarif': 1,
  'EmbeddedTextContent.sarif': 2,
  'ExceptionalConditions/Catastrophic configuration error.sarif':
    "it reports an error: Ruleset 'no-such-ruleset.xml' does not exist.",
  'ExceptionalConditions/Catastrophic execution error.sarif': 'it reports an error: Out of memory.',
  'ExceptionalConditions/Empty runs.sarif': 'its SARIF log holds no run',
  'ExceptionalConditions/No runs.sarif': 'its SARIF log holds no run',
  'ExceptionalConditions/One run empty results.sarif': 0,
  'ExceptionalConditions/One run no results.sarif':
    'a run of its SARIF log has no results: nothing was looked for',
  'ExceptionalConditions/One run with results.sarif': 1,
  'Notifications.sarif':
    "it reports an error: 'TUT1201' threw a 'NullReferenceException' exception while analyzing file 'example.c'. The rule will continue to be run on subsequent files.",
  'OriginalUriBaseIds.sarif': 3,
  'RegionVariants.sarif': 18,
  'ResultStacks.sarif': 1,
  'RuleMetadata.sarif': 1,
  // Two of nine are suppressed by nothing but accepted, external suppressions.
  'Suppressions.sarif': 7,
  'Taxonomies.sarif': 2,
  '_template.sarif': 1,
};

describe.skipIf(isAbsent)(`the samples of SARIF ${needsVectors}`, () => {
  it('are all expected to be something', () => {
    expect(globSync('**/*.{sarif,sarif.json}', { cwd: samples }).sort()).toEqual(
      Object.keys(expected).sort(),
    );
  });

  it.each(Object.entries(expected))('%s', (name, outcome) => {
    if (typeof outcome === 'number') expect(read(name).findings).toHaveLength(outcome);
    else {
      expect(() => read(name)).toThrow(ToolFailure);
      expect(() => read(name)).toThrow(outcome);
    }
  });

  it('give findings with what they are meant to show', () => {
    const places = read('OriginalUriBaseIds.sarif').findings.map(({ path }) => path);
    expect(places).toEqual(['README.md', 'src/io/kb.c', null]);
    expect(read('DefaultRuleConfiguration.sarif').findings.map(({ level }) => level)).toEqual([
      'error',
      'warning',
    ]);
    const [fromArguments] = read('3-Beyond-basics/message-with-arguments.sarif').findings;
    expect(fromArguments?.message).toBe("Variable 'x' was used without being initialized.");
    const [first, byOffset] = read('RegionVariants.sarif').findings;
    expect(first).toMatchObject({ startLine: 1, startColumn: 2, endLine: 1, endColumn: 4 });
    expect(byOffset).toMatchObject({ path: 'TextFile.txt', startLine: null });
  });
});
