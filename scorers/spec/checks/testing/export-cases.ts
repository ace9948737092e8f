import { expect } from 'vitest';
import type { Files } from '../../../testing.ts';
import type { GivenCheck } from '../../schema.ts';
import type { CheckAnswer } from '../check.ts';
import type { ChecksBench } from '../command-testing.ts';
import { runExportChecks } from '../export.ts';

/** One module, what is asked of it, and how that ends. */
export type ExportCase = [
  what: string,
  source: string,
  given: Partial<GivenCheck<'export'>>,
  outcome: CheckAnswer['outcome'],
  message?: string | RegExp,
];

/** Asks all cases in one container, each of a module of its own, and expects their ends. */
export async function expectExports(
  bench: ChecksBench,
  cases: readonly ExportCase[],
  extension: string,
  beside: Files = {},
): Promise<void> {
  const files: Files = { ...beside };
  const checks = cases.map(([, source, given], place) => {
    const module = `src/case${place}${extension}`;
    files[module] = source;
    const asked = { module, name: 'slug', match: 'equal', kind: 'value', ...given } as const;
    return { id: `c${place}`, given: asked };
  });
  const answers = await bench.ask({ run: runExportChecks, checks, files, timeoutSec: 200 });
  const ends = cases.map(([what], place) => {
    const { outcome, message } = answers[`c${place}`] ?? {};
    return { what, outcome, message };
  });
  expect(ends).toEqual(
    cases.map(([what, , , outcome, message]) => ({
      what,
      outcome,
      message: message === undefined ? expect.any(String) : expect.stringMatching(message),
    })),
  );
}
