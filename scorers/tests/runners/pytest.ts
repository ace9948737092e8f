import { planPython } from './python.ts';
import type { FrameworkRunner } from './runner.ts';

/** pytest 7 or newer as the image has it, with the project's own configuration but for what chooses or repeats tests. */
export const pytest: FrameworkRunner = {
  framework: 'pytest',
  defaultFiles: ['**/test_*.py', '**/*_test.py'],
  plan: (input) => planPython('pytest', input),
};
