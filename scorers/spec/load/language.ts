import { extname } from 'node:path/posix';
import type { GivenCheck } from '../schema.ts';

type Language = NonNullable<GivenCheck<'export'>['language']>;

const byEnding: Readonly<Record<string, Language>> = {
  '.ts': 'typescript',
  '.tsx': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.js': 'javascript',
  '.jsx': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.py': 'python',
  '.pyi': 'python',
};

/** The language that a file's name tells of; null where it tells of none that is known here. */
export function languageOf(path: string): Language | null {
  return byEnding[extname(path).toLowerCase()] ?? null;
}
