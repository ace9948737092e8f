import { planPython } from './python.ts';
import type { FrameworkRunner } from './runner.ts';

/** Python's own `unittest`; files are loaded one by one, by the names that `python -m unittest` gives them. */
export const unittest: FrameworkRunner = {
  framework: 'unittest',
  defaultFiles: ['**/test*.py'],
  plan: (input) => planPython('unittest', input),
};
