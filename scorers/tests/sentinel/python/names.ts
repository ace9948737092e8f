import { freshName, wordsOf } from '../names.ts';
import { pick } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import type { ModuleOutline } from './tests.ts';

/** Fresh names in the file's own spelling: `test_like_this` or `testLikeThis`; classes `TestLikeThis` or `LikeThisTest`. */
export function namesFor(source: string, { testNames, classNames }: ModuleOutline, random: RandomBelow) {
  const isCamel = testNames.filter((name) => /^test[A-Z]/.test(name)).length * 2 > testNames.length;
  const words = testNames.map((name) => wordsOf(name.replace(/^test_?/, ''), isCamel ? /(?=[A-Z])/ : /_+/));
  const known = new Set<string>();
  const isTaken = (name: string) =>
    source.includes(name) || [...known].some((other) => other.includes(name) || name.includes(other));
  const fresh = (spell: (words: readonly string[]) => string) => {
    const name = freshName(words, spell, isTaken, random);
    known.add(name);
    return name;
  };
  const [ending = ''] =
    pick(
      classNames.flatMap((name) => [/(?:TestCase|Tests|Test|Case)$/.exec(name) ?? []]),
      random,
    ) ?? [];
  const isPrefixed = classNames.length === 0 || classNames.some((name) => name.startsWith('Test'));
  return {
    freshTest: () => fresh((some) => (isCamel ? `test${capitalised(some)}` : `test_${some.join('_')}`)),
    /** Classes that are no test cases are found by their name. */
    freshClass: (isTestCase: boolean) =>
      fresh((some) => {
        const name = capitalised([some[0] ?? '', ...some.slice(-2)]);
        return isPrefixed || !isTestCase || /^\d/.test(name) ? `Test${name}` : `${name}${ending}`;
      }),
  };
}

function capitalised(words: readonly string[]): string {
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
