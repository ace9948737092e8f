import { planPython } from './python.ts';
import type { FrameworkRunner } from './runner.ts';

/**
 * pytest 7 or newer, as the image has it outside of the workspace; one process per file. The project's configuration
 * nearest to the file holds (or the task's own), and so do the options under `addopts`, but for those that choose tests
 * (-k, -m, --deselect, paths), stop early (-x, --maxfail), repeat (--reruns), spread (-n), measure or report. A test that
 * passes only when it is run again fails. Plugins of the image are loaded; those that shuffle or repeat are not.
 */
export const pytest: FrameworkRunner = {
  framework: 'pytest',
  defaultFiles: ['**/test_*.py', '**/*_test.py'],
  plan: (input) => planPython('pytest', input),
};
