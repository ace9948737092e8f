import type { z } from 'zod';
import { digestOf } from '../../harness/domain/digest.ts';
import type { LoadedTask } from '../../harness/domain/task.ts';
import type { Scorer, ScorerKind } from '../scorer.ts';
import { loadCases } from './blackbox/load-cases.ts';
import { calibrateTests } from './calibrate.ts';
import { confirmTests } from './confirm.ts';
import { TestsEntry } from './options.ts';
import { scoreTests } from './score.ts';
import { scorerName, scorerVersion } from './verdict.ts';

/** The task's hidden tests, run on the candidate in a container of their own. */
export const testsKind = {
  name: scorerName,
  schema: TestsEntry,
  async checkTask({ dir, spec }: LoadedTask): Promise<void> {
    if (spec.tests.runner === 'cases' && spec.tests.cases !== null) await loadCases(dir, spec.tests.cases);
  },
  open({ name: _, ...options }: z.infer<typeof TestsEntry>): Scorer {
    return {
      name: scorerName,
      version: scorerVersion,
      config: digestOf(options),
      calibrate: (context) => calibrateTests(options, context),
      score: (context) => scoreTests(options, context),
      ...(options.repeat > 1
        ? { confirm: (context, verdict) => confirmTests(options, context, verdict) }
        : {}),
    };
  },
} satisfies ScorerKind<typeof TestsEntry>;
