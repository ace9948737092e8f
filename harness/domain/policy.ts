import { z } from 'zod';

/**
 * How close to the best is as good as the best. A number is a share of the best value (0.1 = 10 %);
 * `{absolute: n}` is in the measure's own unit.
 */
export const Tolerance = z.union([
  z.number().min(0).max(10),
  z.strictObject({ absolute: z.number().min(0) }),
]);
export type Tolerance = z.infer<typeof Tolerance>;

/** A measure is `<scorer>.<name>`, e.g. `tests.passed`, or `diff.lines`. */
export const Criterion = z.strictObject({
  measure: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*\.[a-z][a-z0-9_.-]*$/, 'must be <scorer>.<measure>, e.g. tests.passed'),
  better: z.enum(['higher', 'lower']),
  tolerance: Tolerance.default(0),
});
export type Criterion = z.infer<typeof Criterion>;

/** Gates first, then the ordered criteria, by elimination; the candidate's digest is always the last. */
export const Policy = z.strictObject({
  gates: z.array(z.string().min(1)).default(['tests']),
  /** True: no winner under a gate that the controls have not proven. */
  require_proven: z.boolean().default(false),
  order: z.array(Criterion).default([
    { measure: 'tests.score', better: 'higher', tolerance: 0 },
    { measure: 'tests.passed', better: 'higher', tolerance: 0 },
    { measure: 'diff.lines', better: 'lower', tolerance: 0.1 },
    { measure: 'diff.files', better: 'lower', tolerance: 0 },
  ]),
});
export type Policy = z.infer<typeof Policy>;

/** What decides when a suite names no policy: the tests as gate, then score, passed tests, small diffs. */
export const defaultPolicy: Policy = Policy.parse({});
