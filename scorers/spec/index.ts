import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { digestOf } from '../../harness/domain/digest.ts';
import { inputError } from '../../harness/domain/errors.ts';
import type { LoadedTask } from '../../harness/domain/task.ts';
import { showPath } from '../../harness/plan/place.ts';
import { pinOf } from '../../harness/tools/pins.ts';
import type { Scorer, ScorerControl, ScorerKind } from '../scorer.ts';
import { calibrateSpec } from './calibrate.ts';
import { hasSpec, loadSpec } from './load-spec.ts';
import { SpecEntry } from './options.ts';
import { scoreSpec } from './score.ts';
import { scorerName, scorerVersion } from './verdict.ts';

/** What its checks run with. */
const tools = ['node', 'typescript', 'ast-grep', 'mypy', 'fast-check', 'hypothesis'];

/** Whether a candidate is what the task's spec.yaml asks for. */
export const specKind = {
  name: scorerName,
  schema: SpecEntry,
  async checkTask({ dir, spec }: LoadedTask): Promise<void> {
    if (!(await hasSpec(dir)))
      throw inputError(`task ${spec.id} has no spec.yaml, which the scorer \`spec\` needs`, {
        problems: [
          {
            file: showPath(join(dir, 'spec.yaml')),
            message: 'is missing, and the suite scores every task with `spec`',
            fix: `draft one with \`assay spec init ${showPath(dir)}\`, or take \`spec\` out of scorers in suite.yaml`,
          },
        ],
      });
    await loadSpec(dir);
  },
  open(options: z.infer<typeof SpecEntry>): Scorer {
    return {
      name: scorerName,
      version: scorerVersion,
      config: digestOf({ options, tools: tools.map((name) => pinOf(name).digest) }),
      needs: ['tests'],
      calibrate: (context) => calibrateSpec(options, context),
      score: (context) => scoreSpec(options, context),
      controls: (task) => controlsOf(task),
    };
  },
} satisfies ScorerKind<typeof SpecEntry>;

async function controlsOf(task: LoadedTask): Promise<ScorerControl[]> {
  const { file } = await loadSpec(task.dir);
  return Promise.all(
    file.controls.map(async ({ name, patch, breaks }) => ({
      name,
      breaks,
      patch: await readFile(join(task.dir, patch)),
    })),
  );
}
