import { digestOf } from '../../harness/domain/digest.ts';
import type { ScorerKind } from '../scorer.ts';
import { calibrateTests } from './calibrate.ts';
import { confirmTests } from './confirm.ts';
import { TestsEntry } from './options.ts';
import { scoreTests } from './score.ts';
import { scorerName, scorerVersion } from './verdict.ts';

/** The task's hidden tests, run on the candidate in a container of their own. */
export const testsKind: ScorerKind<typeof TestsEntry> = {
  name: scorerName,
  schema: TestsEntry,
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
