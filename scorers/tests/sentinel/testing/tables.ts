import type { Framework } from '../../../../harness/domain/test-settings.ts';
import type { TestFile } from '../../runners/runner.ts';
import { jestFiles } from './jest-files.ts';
import { nodeFiles } from './node-files.ts';
import { pytestFiles } from './pytest-files.ts';
import { unittestFiles } from './unittest-files.ts';
import { unusualNodeFiles } from './unusual-node-files.ts';
import { globalFiles, unusualVitestFiles } from './unusual-vitest-files.ts';
import { vitestFiles } from './vitest-files.ts';

/** Test files in the ways in which people write them, by the framework that they are for. */
export const tables: [Framework, TestFile[]][] = [
  ['node-test', [...nodeFiles, ...unusualNodeFiles]],
  ['vitest', [...vitestFiles, ...unusualVitestFiles, ...globalFiles]],
  ['jest', jestFiles],
  ['pytest', pytestFiles],
  ['unittest', unittestFiles],
];
