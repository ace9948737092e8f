import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ReportFormat } from '../../../harness/domain/test-settings.ts';
import type { FileFormat } from './parsers.ts';
import { isFailing, type Parsed } from './result.ts';

/**
 * Folder of a shared corpus of report formats, which lies beside the repository and is used in place; tests against it
 * are skipped where it is absent.
 */
export function vectorFolder(name: string): { path: string; isAbsent: boolean } {
  const path = fileURLToPath(new URL(`../../../../shared/data/format-vectors/${name}`, import.meta.url));
  return { path, isAbsent: !existsSync(path) };
}

/** For a suite's name: says why it is skipped. */
export const needsVectors = '(needs ../shared/data)';

const Expected = z.record(
  z.string(),
  z.strictObject({
    format: ReportFormat.exclude(['exit-code']),
    results: z.record(z.string(), z.enum(['pass', 'fail', 'error', 'skipped'])),
  }),
);

/** A report that a real runner wrote (see fixtures/make.ts), and what it must be read as: outcomes by id. */
export interface Fixture {
  /** `<runner>/<file>`. */
  name: string;
  path: string;
  format: FileFormat;
  content: Buffer;
  results: Record<string, string>;
}

const folder = join(import.meta.dirname, 'fixtures');

/** Every report of `fixtures/`. */
export const fixtures: readonly Fixture[] = globSync('*/expected.json', { cwd: folder })
  .toSorted()
  .flatMap((file) => {
    const runner = dirname(file);
    const expected = Expected.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    return Object.entries(expected).map(([path, { format, results }]) => ({
      ...{ name: `${runner}/${path}`, path: basename(path), format, results },
      content: readFileSync(join(folder, runner, path)),
    }));
  });

/** The verdict that a report alone would bring about. */
export function wouldPass(parsed: Parsed | null): boolean {
  return (
    parsed?.ok === true &&
    parsed.results.some((result) => result.outcome === 'pass') &&
    !parsed.results.some(isFailing)
  );
}
