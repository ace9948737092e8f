import { join } from 'node:path';
import { AssayError, type Problem } from '../domain/errors.ts';
import { readTextFile } from './read-file.ts';
import { hasFile, type TaskFile } from './task-files.ts';

const maxBytes = 1024 ** 2;

/** The prompt: `instruction.md` without the canary lines at its beginning and the blank lines behind them. */
export async function readInstruction(
  folder: string,
  files: readonly TaskFile[],
  file: (path: string) => string,
): Promise<{ text: string; problems: Problem[] }> {
  if (!hasFile(files, 'instruction.md')) return { text: '', problems: [] };
  try {
    const raw = await readTextFile(join(folder, 'instruction.md'), {
      maxBytes,
      within: folder,
      file: file('instruction.md'),
    });
    const text = withoutCanary(raw);
    const empty = { file: file('instruction.md'), message: 'is empty', fix: 'write what the agent is to do' };
    return { text, problems: text.trim() === '' ? [empty] : [] };
  } catch (error) {
    if (error instanceof AssayError) return { text: '', problems: [...error.problems] };
    throw error;
  }
}

/** As Harbor reads it: line ends made one, leading canary lines dropped, then leading blank lines. */
export function withoutCanary(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').split('\n');
  let first = 0;
  while (/^(<!--.*canary.*-->|#.*canary.*)$/i.test(lines[first]?.trim() ?? '')) first += 1;
  while (first < lines.length && lines[first]?.trim() === '') first += 1;
  return lines.slice(first).join('\n');
}
