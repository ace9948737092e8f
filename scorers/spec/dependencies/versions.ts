import { valid as validPython } from '@renovatebot/pep440';
import semver from 'semver';
import type { Ecosystem } from './model.ts';
import { cargoRange } from './readers/cargo.ts';
import { pypiRange, pypiSatisfies } from './readers/python-names.ts';

/** A range as a spec gives it, in the form that is compared; null where it is none of the ecosystem's. */
export function rangeOf(ecosystem: Ecosystem, text: string): string | null {
  if (text.length > 500) return null;
  if (ecosystem === 'pypi') return text.trim() === '*' ? '' : pypiRange(text);
  if (ecosystem === 'cargo') return cargoRange(text);
  return semver.validRange(ecosystem === 'go' ? text.replace(/^v/, '') : text);
}

/** Whether a version lies in a range; a pre-release of npm's or Cargo's only where that is asked for, or the range names it. */
export function lies(
  ecosystem: Ecosystem,
  version: string,
  range: string,
  includePrerelease = false,
): boolean {
  if (ecosystem === 'pypi') return pypiSatisfies(version, range);
  return semver.satisfies(version, range, { includePrerelease });
}

/** Whether every version of one range lies in the other, as far as that can be shown. */
export function liesWithin(ecosystem: Ecosystem, inner: string, outer: string): boolean {
  if (ecosystem !== 'pypi') {
    try {
      return semver.subset(inner, outer);
    } catch {
      return false;
    }
  }
  const clauses = new Set(inner.split(','));
  const exact = [...clauses].flatMap((each) => /^===?([^*]+)$/.exec(each)?.[1] ?? []);
  if (exact.some((version) => validPython(version) !== null && pypiSatisfies(version, outer))) return true;
  // Further clauses only make a range smaller.
  return outer === '' || outer.split(',').every((each) => clauses.has(each));
}
