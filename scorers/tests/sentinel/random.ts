import type { RandomBelow } from './sentinel.ts';

/** One of them, each as likely; undefined where there are none. */
export function pick<T>(items: readonly T[], random: RandomBelow): T | undefined {
  return items.length === 0 ? undefined : items[random(items.length)];
}

/** Up to `count` of them, in random order. */
export function sample<T>(items: readonly T[], count: number, random: RandomBelow): T[] {
  const rest = [...items];
  const chosen: T[] = [];
  while (rest.length > 0 && chosen.length < count) chosen.push(...rest.splice(random(rest.length), 1));
  return chosen;
}

/** A whole number from `low` to `high`, both included. */
export function between(low: number, high: number, random: RandomBelow): number {
  return low + random(high - low + 1);
}
