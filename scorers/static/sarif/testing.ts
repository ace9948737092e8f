import fc from 'fast-check';
import type { Finding } from '../../../harness/domain/finding.ts';
import type { SarifResult, SarifRun } from './sarif-run.ts';

/** A finding of `lint`, with what a test is about. */
export function finding(own: Partial<Finding> = {}): Finding {
  return {
    tool: 'lint',
    rule: 'no-eval',
    level: 'warning',
    message: 'eval is evil.',
    path: 'src/a.ts',
    startLine: 3,
    startColumn: 5,
    endLine: 3,
    endColumn: 9,
    security: null,
    ...own,
  };
}

/** A result of `writeSarif`; the fingerprint is whatever tells it apart. */
export function result(own: Partial<Finding> = {}, state: SarifResult['state'] = 'new'): SarifResult {
  const { rule, path, message } = finding(own);
  return { finding: finding(own), state, fingerprint: `${rule} ${path} ${message}`.toWellFormed() };
}

/** A run of `lint`. */
export function run(results: readonly SarifResult[], own: Partial<SarifRun> = {}): SarifRun {
  return { tool: 'lint', version: '1.2.3', rules: new Map(), files: 7, results, ...own };
}

const position = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
const name = text(20).filter((part) => !['.', '..'].includes(part) && !/[/\0]/.test(part));
const region = fc.oneof(
  fc.constant({ startLine: null, startColumn: null, endLine: null, endColumn: null }),
  position.map((line) => ({ startLine: line, startColumn: null, endLine: null, endColumn: null })),
  fc.tuple(position, position, position, position).map((numbers) => {
    const [startLine = 1, endLine = 1] = numbers.slice(0, 2).sort((a, b) => a - b);
    const [startColumn = 1, endColumn = 1] = numbers.slice(2).sort((a, b) => a - b);
    return { startLine, startColumn, endLine, endColumn };
  }),
);

/** Findings of `lint` that nothing has to be taken from: short printable texts, any path, regions that go forward. */
export const anyFinding: fc.Arbitrary<Finding> = fc
  .record({
    tool: fc.constant('lint'),
    rule: text(30),
    level: fc.constantFrom('error', 'warning', 'note', 'none'),
    message: text(100).filter((each) => !/[^\P{Cc}\n\t]|\p{Bidi_Control}|\]\(/u.test(each)),
    path: fc.option(fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))),
    region,
    security: fc.option(fc.integer({ min: 0, max: 100 }).map((tenths) => tenths / 10)),
  })
  .map(({ region: lines, ...rest }) =>
    rest.path === null
      ? { ...rest, startLine: null, startColumn: null, endLine: null, endColumn: null }
      : { ...rest, ...lines },
  );
