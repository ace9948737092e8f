import type { Framework } from '../../../harness/domain/test-settings.ts';
import { isScriptFramework } from './javascript/bindings.ts';
import { scriptLanguage } from './javascript/plant.ts';
import type { Attempt, Language, Planting, Survey } from './language.ts';
import { pythonLanguage } from './python/plant.ts';
import type { Plant, RandomBelow } from './sentinel.ts';

/**
 * Puts tests of ours into the text of a test file: some that must fail and one that must pass, whatever the code under
 * test does. They are named and written like the file's own. Never throws; the same random numbers give the same text.
 */
export const plantSentinels: Plant = (file, { framework, style, random }) => {
  const language = languageOf(framework, file.path);
  const planted = attemptsAt(file.text, style).reduce<Planting | null>(
    (done, attempt) => done ?? tried(language, file.text, attempt, random),
    null,
  );
  const { text, mustPass, mustFail } = planted ?? { text: file.text, mustPass: [], mustFail: [] };
  return { file: { path: file.path, text }, sentinels: { path: file.path, mustPass, mustFail } };
};

/** Beyond this, in UTF-16 units, a text is not read: what reading costs grows faster than the text. */
const maxRead = 1024 ** 2;

function attemptsAt(source: string, style: 'twin' | 'plain'): Attempt[] {
  if (source.length > maxRead) return ['blind'];
  // Another choice of tests and names may do where one did not.
  return style === 'twin' ? ['twin', 'twin', 'plain', 'end'] : ['plain', 'end'];
}

function languageOf(framework: Framework, path: string): Language {
  return isScriptFramework(framework) ? scriptLanguage(framework, path) : pythonLanguage(framework);
}

/** Null where what came out does not hold just what was there and what was put in. */
function tried(language: Language, source: string, attempt: Attempt, random: RandomBelow): Planting | null {
  const planted = language.plant(source, attempt, random);
  if (planted === null || attempt === 'end' || attempt === 'blind') return planted;
  return isWhole(language.survey(source), language.survey(planted.text), planted) ? planted : null;
}

function isWhole(before: Survey, after: Survey, { mustPass, mustFail }: Planting): boolean {
  const sorted = (names: string[][]) => names.map((name) => JSON.stringify(name)).sort();
  const expected = sorted([...before.names, ...mustPass, ...mustFail]);
  return after.errors <= before.errors && expected.join('\n') === sorted(after.names).join('\n');
}
