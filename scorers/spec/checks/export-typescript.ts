import type { AskedCheck, CheckAnswer, CheckTools } from './check.ts';
import { inTool, runChecker } from './export-run.ts';

/**
 * Compares exported names of TypeScript and JavaScript as types, with the compiler's own checker under strict options of
 * ours; nobody's `tsconfig.json` counts, so that what is found by its `paths` is not found here.
 *
 * What `equal` asks: each type is assignable to the other, and a function takes as many parameters, of which as many are
 * optional. `any` on the candidate's side fits everything and so is never a pass: it fails in TypeScript, and is
 * `unknown` in JavaScript, which says no types unless by JSDoc. What a package or file that cannot be found would have
 * told is `unknown` as well. The named file alone counts, not a `.d.ts` beside it; `declare` and type-only exports are
 * no values. A type is a claim of the candidate's: a cast can make it a wrong one.
 */
export function compareTypeScript(
  checks: readonly AskedCheck<'export'>[],
  tools: CheckTools,
): Promise<CheckAnswer[]> {
  return runChecker(checks, tools, {
    program: [
      'typescript-main.cjs',
      'typescript-module.cjs',
      'typescript-program.cjs',
      'typescript-compare.cjs',
    ],
    // TypeScript 7 has no programming interface; ESLint's package brings the last compiler that has one.
    tools: ['node', 'eslint'],
    command: (program, request) => [inTool('node', 'bin/node'), program, request],
    settings: {
      typescript: inTool('eslint', 'node_modules/typescript'),
      heapMb: Math.max(256, Math.floor(tools.context.limits.memoryMb * 0.6)),
    },
  });
}
