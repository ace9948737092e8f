import { digestOf } from '../../harness/domain/digest.ts';
import type { ScorerKind } from '../scorer.ts';
import { loadCases } from './blackbox/load-cases.ts';
import { calibrateTests } from './calibrate.ts';
import { confirmTests } from './confirm.ts';
import { TestsEntry } from './options.ts';
import { scoreTests } from './score.ts';
import { scorerName, scorerVersion } from './verdict.ts';

/** The task's hidden tests, run on the candidate in a container of their own. */
export const testsKind: ScorerKind<typeof TestsEntry> = {
  name: scorerName,
  schema: TestsEntry,
  async checkTask({ dir, spec }) {
    if (spec.tests.runner === 'cases' && spec.tests.cases !== null) await loadCases(dir, spec.tests.cases);
  },
  open({ name: _, ...options }) {
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
};
