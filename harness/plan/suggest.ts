import leven from 'leven';
import { compareText } from '../domain/order.ts';

/** The known name that was probably meant; undefined when none is near. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const lower = written.toLowerCase();
  const ranked = known
    .map((name) => ({ name, distance: leven(lower, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name));
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** The fix for an unknown name: the one that was probably meant, else all of them. */
export function suggestion(written: string, known: readonly string[]): string {
  const name = nearest(written, known);
  if (name !== undefined) return `did you mean "${name}"?`;
  return known.length > 0 ? `use one of: ${known.join(', ')}` : 'remove it';
}
