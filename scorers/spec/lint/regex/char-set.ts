/** Inclusive ranges of code points, sorted and apart. */
export type CharSet = readonly (readonly [number, number])[];

const last = 0x10ffff;
export const anyChar: CharSet = [[0, last]];
export const digits: CharSet = [[48, 57]];
export const words: CharSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
export const spaces: CharSet = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
export const lineEnds: CharSet = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];

export function single(character: string): CharSet {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}

export function merged(ranges: readonly (readonly [number, number])[]): CharSet {
  const done: [number, number][] = [];
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = done.at(-1);
    if (before !== undefined && low <= before[1] + 1) before[1] = Math.max(before[1], high);
    else done.push([low, high]);
  }
  return done;
}

export function complement(set: CharSet): CharSet {
  const gaps: [number, number][] = [];
  let from = 0;
  for (const [low, high] of merged(set)) {
    if (low > from) gaps.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= last) gaps.push([from, last]);
  return gaps;
}

/** With both cases of the letters of ASCII, where case does not matter. */
export function folded(set: CharSet, flags: string): CharSet {
  if (!flags.includes('i')) return set;
  const shifted = (low: number, high: number, by: number) =>
    set.flatMap(([from, to]) => {
      const range = [Math.max(from, low) + by, Math.min(to, high) + by] as const;
      return range[0] <= range[1] ? [range] : [];
    });
  return merged([...set, ...shifted(65, 90, 32), ...shifted(97, 122, -32)]);
}

/** The characters in both. */
export function common(a: CharSet, b: CharSet): CharSet {
  return a.flatMap(([low, high]) =>
    b.flatMap(([from, to]) => {
      const range = [Math.max(low, from), Math.min(high, to)] as const;
      return range[0] <= range[1] ? [range] : [];
    }),
  );
}
