import { anyChar, type CharSet, common } from './char-set.ts';
import type { RegexNode } from './syntax.ts';

/** Fewest characters that it takes. */
export function minLength(node: RegexNode): number {
  switch (node.type) {
    case 'chars':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + minLength(part), 0);
    case 'choice':
      return Math.min(...node.options.map(minLength));
    case 'repeat':
      return node.min === 0 ? 0 : node.min * minLength(node.body);
    default:
      return 0;
  }
}

/**
 * Whether it is found in every text, because it takes nothing at the text's start or at its end and asks for nothing
 * there. What it cannot tell it denies.
 */
export function isFoundAnywhere(node: RegexNode): boolean {
  return takesNothingAt(node, 'start') || takesNothingAt(node, 'end');
}

function takesNothingAt(node: RegexNode, place: 'start' | 'end'): boolean {
  switch (node.type) {
    case 'sequence':
      return node.parts.every((part) => takesNothingAt(part, place));
    case 'choice':
      return node.options.some((option) => takesNothingAt(option, place));
    case 'repeat':
      return node.min === 0 || takesNothingAt(node.body, place);
    case 'start':
    case 'end':
      return node.type === place;
    default:
      return false;
  }
}

/** Why no text holds it, or none but the empty one; null where it is not seen to be so. */
export function whyNeverFound(node: RegexNode, isMultiline: boolean): string | null {
  switch (node.type) {
    case 'chars':
      return node.set.length === 0 ? 'a class without any character matches nothing' : null;
    case 'choice': {
      const reasons = node.options.map((option) => whyNeverFound(option, isMultiline));
      return reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
    }
    case 'repeat':
      return node.min === 0 ? null : whyNeverFound(node.body, isMultiline);
    case 'look':
      return node.isNegated &&
        isFoundAnywhere(node.body) &&
        minLength(node.body) === 0 &&
        !hasAnchor(node.body)
        ? 'a negative look-around around nothing matches nowhere'
        : null;
    case 'sequence':
      return (
        node.parts.map((part) => whyNeverFound(part, isMultiline)).find((reason) => reason !== null) ??
        (isMultiline ? null : misplaced(node.parts))
      );
    default:
      return null;
  }
}

function hasAnchor(node: RegexNode): boolean {
  if (node.type === 'sequence') return node.parts.some(hasAnchor);
  if (node.type === 'choice') return node.options.some(hasAnchor);
  if (node.type === 'repeat') return hasAnchor(node.body);
  return node.type !== 'chars';
}

/** `a^`, `$a`, and `$^`, which only an empty text holds. */
function misplaced(parts: readonly RegexNode[]): string | null {
  const takes = (some: readonly RegexNode[]) => some.some((part) => minLength(part) > 0);
  for (const [at, part] of parts.entries()) {
    if (part.type === 'start' && takes(parts.slice(0, at)))
      return '^ stands behind what must match before it';
    if (part.type === 'end' && takes(parts.slice(at + 1))) return '$ stands before what must match behind it';
    if (part.type === 'end' && parts.slice(at + 1).some(({ type }) => type === 'start'))
      return '$ stands before ^, which only an empty text satisfies';
  }
  return null;
}

/** A part that a backtracking matcher may try in very many ways, and a text that makes it do so. */
export interface SlowPart {
  /** `exponential`: the ways multiply with every character. `polynomial`: with a power of the length. */
  growth: 'exponential' | 'polynomial';
  /** Matches what stands before the part. */
  before: string;
  /** To be repeated. */
  pump: string;
}

const many = 10;

/**
 * Parts by the known marks (see OWASP, "Regular expression Denial of Service"): a repetition around one whose characters
 * meet those at its other end, as in `(a+)+`; one around a choice whose options begin alike, as in `(a|a)*`; two side by
 * side over the same characters, as in `a*a*`. A mark only: `confirmSlow` tries it.
 */
export function slowParts(node: RegexNode): SlowPart[] {
  return within(node, '').slice(0, 20);
}

function within(node: RegexNode, before: string): SlowPart[] {
  switch (node.type) {
    case 'sequence': {
      let text = before;
      return node.parts.flatMap((part, at) => {
        const found = [...within(part, text), ...sideBySide(node.parts, at, text)];
        text += sample(part);
        return found;
      });
    }
    case 'choice':
      return node.options.flatMap((option) => within(option, before));
    case 'look':
      return within(node.body, before);
    case 'repeat':
      return [...(node.max > many ? inRepeat(node.body, before) : []), ...within(node.body, before)];
    default:
      return [];
  }
}

function inRepeat(body: RegexNode, before: string): SlowPart[] {
  const slow = (set: CharSet): SlowPart[] =>
    set.length === 0 ? [] : [{ growth: 'exponential', before, pump: characterOf(set) }];
  const parts = body.type === 'sequence' ? body.parts : [body];
  const nested = parts.flatMap((part, at) => {
    const inner = innerRepeat(part);
    if (inner === null) return [];
    const isFirst = parts.slice(0, at).every((each) => minLength(each) === 0);
    const isLast = parts.slice(at + 1).every((each) => minLength(each) === 0);
    return [
      ...(isLast ? slow(common(inner, firstOf(body))) : []),
      ...(isFirst && !isLast ? slow(common(inner, lastOf(body))) : []),
    ];
  });
  if (body.type !== 'choice') return nested;
  const alike = body.options.flatMap((option, at) =>
    body.options.slice(at + 1).flatMap((other) => slow(common(firstOf(option), firstOf(other)))),
  );
  return [...nested, ...alike];
}

/** The characters of a repetition that is the part, or may be all of it. */
function innerRepeat(part: RegexNode): CharSet | null {
  if (part.type === 'repeat' && part.max > many) return firstOf(part.body);
  if (part.type !== 'choice') return null;
  const sets = part.options.map((option) =>
    innerRepeat(
      option.type === 'sequence' && option.parts.length === 1 ? (option.parts[0] ?? option) : option,
    ),
  );
  return sets.find((set) => set !== null) ?? null;
}

function sideBySide(parts: readonly RegexNode[], at: number, before: string): SlowPart[] {
  const part = parts[at];
  if (part?.type !== 'repeat' || part.max !== Number.POSITIVE_INFINITY) return [];
  for (const other of parts.slice(at + 1)) {
    if (other.type === 'repeat' && other.max === Number.POSITIVE_INFINITY) {
      const shared = common(firstOf(part.body), firstOf(other.body));
      if (shared.length > 0) return [{ growth: 'polynomial', before, pump: characterOf(shared) }];
    }
    if (minLength(other) > 0) return [];
  }
  return [];
}

/** Characters with which it may begin. */
function firstOf(node: RegexNode): CharSet {
  return edgeOf(node, (parts) => parts);
}

/** Characters with which it may end. */
function lastOf(node: RegexNode): CharSet {
  return edgeOf(node, (parts) => parts.toReversed());
}

function edgeOf(node: RegexNode, ordered: (parts: readonly RegexNode[]) => readonly RegexNode[]): CharSet {
  switch (node.type) {
    case 'chars':
      return node.set;
    case 'choice':
      return node.options.flatMap((option) => edgeOf(option, ordered));
    case 'repeat':
      return edgeOf(node.body, ordered);
    case 'sequence': {
      const set: (readonly [number, number])[] = [];
      for (const part of ordered(node.parts)) {
        set.push(...edgeOf(part, ordered));
        if (minLength(part) > 0) break;
      }
      return set;
    }
    case 'other':
      return anyChar;
    default:
      return [];
  }
}

/** A text that it matches, as far as can be told; short. */
function sample(node: RegexNode): string {
  switch (node.type) {
    case 'chars':
      return characterOf(node.set);
    case 'sequence':
      return node.parts.map(sample).join('').slice(0, 200);
    case 'choice':
      return node.options.map(sample)[0] ?? '';
    case 'repeat':
      return sample(node.body).repeat(Math.min(node.min, 50)).slice(0, 200);
    default:
      return '';
  }
}

const readable = [97, 65, 48, 32, 33];

function characterOf(set: CharSet): string {
  const wanted = readable.find((code) => set.some(([low, high]) => low <= code && code <= high));
  return String.fromCodePoint(wanted ?? set[0]?.[0] ?? 97);
}
