import { dependenciesId, scopeId } from '../spec.ts';

const maxLength = 48;
const small = new Set([
  ...[
    'a',
    'an',
    'the',
    'is',
    'are',
    'be',
    'of',
    'to',
    'in',
    'on',
    'at',
    'and',
    'or',
    'that',
    'this',
    'it',
    'its',
  ],
  ...[
    'if',
    'as',
    'so',
    'by',
    'for',
    'with',
    'there',
    'where',
    'when',
    'their',
    'must',
    'should',
    'shall',
    'system',
  ],
]);

/** Makes ids of sentences: their first words that say something, and a number where two would be the same. */
export function idMaker(): (words: string) => string {
  const taken = new Set<string>([scopeId, dependenciesId]);
  const last = new Map<string, number>();
  return (words) => {
    const slug = slugOf(words);
    let id = slug;
    // From where the last one of the same words ended: an issue may say the same very often.
    let number = last.get(slug) ?? 1;
    while (taken.has(id)) {
      number += 1;
      id = `${slug}-${number}`;
    }
    last.set(slug, number);
    taken.add(id);
    return id;
  };
}

function slugOf(words: string): string {
  const parts = words
    .slice(0, 400)
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/['’]|\p{M}/gu, '')
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '');
  const telling = parts.filter((part) => !small.has(part));
  const chosen: string[] = [];
  for (const part of (telling.length > 0 ? telling : parts).slice(0, 5)) {
    if ([...chosen, part].join('-').length > maxLength) break;
    chosen.push(part);
  }
  return chosen.join('-') || parts[0]?.slice(0, maxLength) || 'criterion';
}
