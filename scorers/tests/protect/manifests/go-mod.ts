import { isDeepStrictEqual } from 'node:util';
import type { MergeManifest } from './manifest.ts';

/**
 * A go.mod is the candidate's as long as its `replace` lines are the base's: with one, code in the workspace stands in
 * for any module, such as the assertion library. Format: https://go.dev/ref/mod#go-mod-file
 */
export const mergeGoMod: MergeManifest = (base, candidate) => {
  const [before, after] = [replacements(base ?? ''), replacements(candidate ?? '')];
  return before !== null && after !== null && isDeepStrictEqual(before, after) ? 'candidate' : 'base';
};

/** null where a line cannot be read for certain. */
function replacements(text: string): string[] | null {
  // Raw strings and escapes could hide where a line or a comment ends.
  if (/[`\\\ufeff]|\r(?!\n)/.test(text)) return null;
  const found: string[] = [];
  let block: string | null = null;
  for (const line of text.split('\n')) {
    const words = line
      .replace(/\/\/.*$/, '')
      .replaceAll(/[()]/g, ' $& ')
      .trim()
      .split(/\s+/);
    const [first = ''] = words;
    if (block !== null && first === ')') block = null;
    else if (block !== null) {
      if (block === 'replace' && first !== '') found.push(words.join(' '));
    } else if (words[1] === '(') {
      if (words.length > 2) return null;
      block = first;
    } else if (first === 'replace') found.push(words.slice(1).join(' '));
  }
  return block === null ? found.toSorted() : null;
}
