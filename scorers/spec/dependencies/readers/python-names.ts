import { satisfies, valid, validRange } from '@renovatebot/pep440';
import type { Declared } from '../model.ts';

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** `>=2, <3` → `>=2,<3`; null for what is no range of versions. An empty one is any version. */
export function pypiRange(spec: string): string | null {
  const plain = spec.replace(/\s+/g, '');
  if (plain.length > 500) return null;
  return plain === '' || validRange(plain) ? plain : null;
}

/** A requirement of PEP 508: name, extras, versions or URL, marker. null where it is none. */
export function requirement(text: string, section: string): Declared | null {
  const comment = text.search(/(?:^|\s)#/);
  const all = (comment < 0 ? text : text.slice(0, comment)).trim();
  const name = /^[A-Za-z0-9][\w.-]*/.exec(all)?.[0];
  if (name === undefined) return null;
  let rest = all.slice(name.length).trimStart();
  let extras = '';
  if (rest.startsWith('[')) {
    const end = rest.indexOf(']');
    if (end < 0) return null;
    extras = rest.slice(1, end).replace(/\s+/g, '');
    rest = rest.slice(end + 1).trimStart();
  }
  const semicolon = rest.indexOf(';');
  const marker = semicolon < 0 ? '' : rest.slice(semicolon + 1).trim();
  const main = (semicolon < 0 ? rest : rest.slice(0, semicolon)).trim();
  const url = main.startsWith('@') ? main.slice(1).trim() : null;
  const isParenthesised = main.startsWith('(') && main.endsWith(')');
  const range = url === null ? pypiRange(isParenthesised ? main.slice(1, -1) : main) : null;
  if (url === null && range === null) return null;
  return { name: normalName(name), section, spec: [extras, url ?? range, marker].join(';'), range };
}

/** Whether a version lies in a range; false where either is none. */
export function pypiSatisfies(version: string, range: string): boolean {
  return (
    valid(version) !== null &&
    (range === '' || (validRange(range) && satisfies(version, range, { prereleases: true })))
  );
}
