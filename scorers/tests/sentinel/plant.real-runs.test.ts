import { describe } from 'vitest';
import { nodeCode, nodeFiles } from './testing/node-files.ts';
import { itComesOutAsBefore } from './testing/planted-runs.ts';
import { pytestFiles, pythonCode } from './testing/pytest-files.ts';
import { canRun, runWithPytest, runWithUnittest } from './testing/python-runs.ts';
import { runWithNode, runWithVitest } from './testing/real-runs.ts';
import { unittestFiles } from './testing/unittest-files.ts';
import { unusualNodeFiles } from './testing/unusual-node-files.ts';
import { globalFiles, unusualVitestFiles } from './testing/unusual-vitest-files.ts';
import { vitestCode, vitestFiles } from './testing/vitest-files.ts';

describe('files for node:test, run by it', () => {
  itComesOutAsBefore('node-test', nodeCode, [...nodeFiles, ...unusualNodeFiles], runWithNode);
});

describe('files for Vitest, run by it', () => {
  itComesOutAsBefore('vitest', vitestCode, [...vitestFiles, ...unusualVitestFiles], (folder, paths) =>
    runWithVitest(folder, paths),
  );
});

describe('files for Vitest with globals, run by it', () => {
  itComesOutAsBefore('vitest', vitestCode, globalFiles, (folder, paths) =>
    runWithVitest(folder, paths, ['--globals']),
  );
});

describe.skipIf(!(await canRun('unittest')))('files for unittest, run by it (needs python3)', () => {
  itComesOutAsBefore('unittest', pythonCode, unittestFiles, runWithUnittest);
});

describe.skipIf(!(await canRun('pytest')))('files for pytest, run by it (needs pytest)', () => {
  // Whether a test that is a coroutine runs depends on a plugin.
  const files = pytestFiles.filter(({ path }) => path !== 'test_async.py');
  itComesOutAsBefore('pytest', pythonCode, files, runWithPytest);
});
