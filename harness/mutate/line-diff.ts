/** Lines `base[0]..base[1]` of one text became lines `oracle[0]..oracle[1]` of the other; 0-based, ends excluded. */
export interface LineHunk {
  base: readonly [number, number];
  oracle: readonly [number, number];
}

/** Beyond so many added and deleted lines what remains is one hunk: it bounds time and memory (16 MiB). */
const maxDistance = 2000;

/** Lines with their line feeds; joined they are the text again. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/**
 * The shortest script of whole-line changes, as git's Myers diff without context finds it, in order, by the greedy
 * algorithm of E. Myers, "An O(ND) Difference Algorithm and Its Variations" (Algorithmica 1, 1986).
 */
export function diffLines(base: readonly string[], oracle: readonly string[]): LineHunk[] {
  let start = 0;
  while (start < base.length && start < oracle.length && base[start] === oracle[start]) start += 1;
  let [baseEnd, oracleEnd] = [base.length, oracle.length];
  while (baseEnd > start && oracleEnd > start && base[baseEnd - 1] === oracle[oracleEnd - 1]) {
    baseEnd -= 1;
    oracleEnd -= 1;
  }
  if (start === baseEnd && start === oracleEnd) return [];
  const whole: LineHunk = { base: [start, baseEnd], oracle: [start, oracleEnd] };
  if (start === baseEnd || start === oracleEnd) return [whole];
  const numbers = new Map<string, number>();
  const numbered = (lines: readonly string[]) => Int32Array.from(lines, (line) => numberOf(line, numbers));
  const moves = shortestPath(numbered(base.slice(start, baseEnd)), numbered(oracle.slice(start, oracleEnd)));
  return moves === null ? [whole] : hunksOf(moves, start);
}

/** Equal lines have equal numbers, which compare faster. */
function numberOf(line: string, numbers: Map<string, number>): number {
  const number = numbers.get(line) ?? numbers.size;
  numbers.set(line, number);
  return number;
}

interface Move {
  x: number;
  y: number;
  deletes: boolean;
}

/** Single-line deletions and insertions from the first to the last; null when there are too many. */
function shortestPath(a: Int32Array, b: Int32Array): Move[] | null {
  const most = Math.min(a.length + b.length, maxDistance);
  // furthest[k + most] is the furthest x reached on diagonal k = x - y.
  const furthest = new Int32Array(2 * most + 2);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d += 1) {
    trace.push(furthest.slice(most - d, most + d + 1));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(furthest, most + k - 1) < at(furthest, most + k + 1));
      let x = down ? at(furthest, most + k + 1) : at(furthest, most + k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest[most + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return null;
}

function walkBack(trace: readonly Int32Array[], toX: number, toY: number): Move[] {
  const moves: Move[] = [];
  let [x, y] = [toX, toY];
  for (let d = trace.length - 1; d > 0; d -= 1) {
    const furthest = trace[d] ?? new Int32Array();
    const k = x - y;
    const down = k === -d || (k !== d && at(furthest, d + k - 1) < at(furthest, d + k + 1));
    const previous = down ? k + 1 : k - 1;
    x = at(furthest, d + previous);
    y = x - previous;
    moves.push({ x, y, deletes: !down });
  }
  return moves.reverse();
}

function at(numbers: Int32Array, index: number): number {
  return numbers[index] ?? 0;
}

function hunksOf(moves: readonly Move[], offset: number): LineHunk[] {
  const hunks: { base: [number, number]; oracle: [number, number] }[] = [];
  for (const { x, y, deletes } of moves) {
    let hunk = hunks.at(-1);
    if (hunk?.base[1] !== x + offset || hunk.oracle[1] !== y + offset) {
      hunk = { base: [x + offset, x + offset], oracle: [y + offset, y + offset] };
      hunks.push(hunk);
    }
    hunk[deletes ? 'base' : 'oracle'][1] += 1;
  }
  return hunks;
}
