export type Unit = {
  /** The letter that ISO 8601 writes after the number. */
  designator: 'D' | 'H' | 'M' | 'S';
  ms: number;
  /** Whether the unit stands after the `T`. */
  time: boolean;
};

/** Units of a fixed length, longest first. A year or a month has none, so neither is here. */
export const UNITS: readonly Unit[] = [
  { designator: 'D', ms: 86_400_000, time: false },
  { designator: 'H', ms: 3_600_000, time: true },
  { designator: 'M', ms: 60_000, time: true },
  { designator: 'S', ms: 1_000, time: true },
];
