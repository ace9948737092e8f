import type { Framework } from '../../../harness/domain/test-settings.ts';
import { isScriptFramework } from './javascript/bindings.ts';
import { scriptLanguage } from './javascript/plant.ts';
import type { Attempt, Language, Planting, Survey } from './language.ts';
import { pythonLanguage } from './python/plant.ts';
import type { Plant, RandomBelow } from './sentinel.ts';

/**
 * Puts tests of ours into the text of a test file: some that must fail and one that must pass, whatever the code under
 * test does. They are named and written like the file's own. Where its names are known, its tests get fresh ones: whoever
 * flips failures by name then flips those of ours. Never throws; the same random numbers give the same text.
 */
export const plantSentinels: Plant = (file, { framework, style, random, known }) => {
  const language = languageOf(framework, file.path);
  const planted = attemptsAt(file.text, style, known).reduce<Planting | null>(
    (done, attempt) => done ?? tried(language, file.text, attempt, random),
    null,
  );
  const { text, ...tests } = planted ?? { text: file.text, mustPass: [], mustFail: [], renamed: [] };
  return { file: { path: file.path, text }, sentinels: { path: file.path, ...tests } };
};

/** Beyond this, in UTF-16 units, a text is not read: what reading costs grows faster than the text. */
const maxRead = 1024 ** 2;

interface Try {
  attempt: Attempt;
  swap: boolean;
}

function attemptsAt(source: string, style: 'twin' | 'plain', known: boolean): Try[] {
  if (source.length > maxRead) return [{ attempt: 'blind', swap: false }];
  // Another choice of tests and names may do where one did not.
  const usual: Attempt[][] = style === 'twin' ? [['twin', 'twin'], ['plain']] : [['plain']];
  const both = (attempts: Attempt[]) =>
    (known ? [true, false] : [false]).flatMap((swap) => attempts.map((attempt) => ({ attempt, swap })));
  return [...usual.flatMap(both), { attempt: 'end', swap: false }];
}

function languageOf(framework: Framework, path: string): Language {
  return isScriptFramework(framework) ? scriptLanguage(framework, path) : pythonLanguage(framework);
}

/** Null where what came out does not hold just what was there and what was put in. */
function tried(
  language: Language,
  source: string,
  { attempt, swap }: Try,
  random: RandomBelow,
): Planting | null {
  const planted = language.plant(source, attempt, swap, random);
  if (planted === null || attempt === 'end' || attempt === 'blind') return planted;
  return isWhole(language.survey(source), language.survey(planted.text), planted) ? planted : null;
}

function isWhole(before: Survey, after: Survey, { mustPass, mustFail, renamed }: Planting): boolean {
  const fresh = new Map(renamed.map(({ from, to }) => [JSON.stringify(to), from]));
  const kept = before.names.map((name) => fresh.get(JSON.stringify(name)) ?? name);
  const sorted = (names: string[][]) => names.map((name) => JSON.stringify(name)).sort();
  const expected = sorted([...kept, ...mustPass, ...mustFail]);
  return after.errors <= before.errors && expected.join('\n') === sorted(after.names).join('\n');
}
