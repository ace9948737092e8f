import type { Framework } from '../../../harness/domain/test-settings.ts';
import { jestRunner } from './jest.ts';
import { nodeTestRunner } from './node-test.ts';
import { pytest } from './pytest.ts';
import type { FrameworkRunner } from './runner.ts';
import { unittest } from './unittest.ts';
import { vitestRunner } from './vitest.ts';

/** Every test framework that the harness can start itself. */
export const frameworkRunners: Readonly<Record<Framework, FrameworkRunner>> = {
  vitest: vitestRunner,
  jest: jestRunner,
  'node-test': nodeTestRunner,
  pytest,
  unittest,
};
