import { stripVTControlCharacters } from 'node:util';

/** What a build said, bounded: its last lines and the step it was at. */
export interface BuildLog {
  /** Adds text that may hold several lines or parts of one. */
  add(text: string): void;
  /** The last lines, at most so many. */
  tail(lines: number): string;
  /** The last `Step 3/7 : RUN …` line without its number; empty before the first. */
  step(): string;
}

const keptLines = 200;
const keptLineLength = 500;

/** Collects a build's output; each complete line also goes to `onLine`. The text is from strangers: it is made plain. */
export function buildLog(onLine: (line: string) => void): BuildLog {
  const kept: string[] = [];
  let rest = '';
  let step = '';
  const addLine = (raw: string) => {
    const line = plainLine(raw).slice(0, keptLineLength);
    if (line.trim() === '') return;
    const [, found] = /^Step \d+\/\d+ : (.*)$/.exec(line) ?? [];
    step = found ?? step;
    kept.push(line);
    if (kept.length > keptLines) kept.shift();
    onLine(line);
  };
  return {
    add(text) {
      const lines = (rest + text).split('\n');
      // A line without end is cut, so that it cannot grow for ever.
      rest = (lines.pop() ?? '').slice(0, 16 * keptLineLength);
      for (const line of lines) addLine(line);
    },
    tail(lines) {
      if (rest !== '') {
        addLine(rest);
        rest = '';
      }
      return kept.slice(-lines).join('\n');
    },
    step: () => step,
  };
}

/** Without escape sequences and control characters, and with only what a progress line shows last. */
function plainLine(raw: string): string {
  const shown = raw.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return stripVTControlCharacters(shown).replace(/[^\P{C}\t]/gu, '');
}
