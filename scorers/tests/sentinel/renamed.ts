import type { RunnerReport } from '../runners/report.ts';
import type { Sentinels } from './sentinel.ts';

type ReportedTest = RunnerReport['tests'][number];

/** The file's own tests under the names that they have in it, and such as bear a name that no test of it has now. */
export function underRealNames(
  { renamed }: Sentinels,
  real: readonly ReportedTest[],
): { named: ReportedTest[]; strays: number } {
  if (renamed.length === 0) return { named: [...real], strays: 0 };
  const byFresh = new Map(renamed.map(({ from, to }) => [JSON.stringify(from), to]));
  const depths = new Set(renamed.map(({ from }) => from.length));
  const vacant = new Set(renamed.map(({ to }) => JSON.stringify(to)));
  let strays = 0;
  const named = real.map((test) => {
    if (vacant.has(JSON.stringify(withoutRow(test.name)))) strays += 1;
    for (const depth of depths) {
      // Tests within a test bear its name as well.
      const head = test.name.slice(0, depth);
      const own = withoutRow(head);
      const to = head.length === depth ? byFresh.get(JSON.stringify(own)) : undefined;
      if (to === undefined) continue;
      const row = (head.at(-1) ?? '').slice((own.at(-1) ?? '').length);
      return { ...test, name: [...to.slice(0, -1), `${to.at(-1) ?? ''}${row}`, ...test.name.slice(depth)] };
    }
    return test;
  });
  return { named, strays };
}

/** Without what a parametrised fixture adds to a name: `test_words[utf8]`. Fresh names hold no bracket. */
export function withoutRow(name: readonly string[]): string[] {
  return name.map((part, at) => (at === name.length - 1 ? part.replace(/\[.*$/s, '') : part));
}
