import { stripVTControlCharacters } from 'node:util';

/** Bounds of a report; the harness refuses one that is larger. */
const limits = {
  tests: 200_000,
  depth: 50,
  name: 1000,
  message: 1000,
  messages: 4_000_000,
  violations: 100,
  notes: 1000,
};

/**
 * Collects what a run came to. Names and messages are hostile text: bounded here, escaped where they are shown.
 * `outcome` is `pass`, `fail`, `error` or `skipped`.
 */
export function makeReport(files) {
  const entries = new Map(files.map((path) => [path, { path, loaded: false }]));
  const tests = [];
  const violations = new Set();
  const notes = [];
  let room = limits.messages;

  function message(text) {
    const plain = stripVTControlCharacters(String(text ?? '').slice(0, 4 * limits.message)).trim();
    const kept = plain.slice(0, Math.min(limits.message, room));
    room -= kept.length;
    return kept === '' ? {} : { message: kept };
  }

  return {
    /** Tells who reads the output which file it is about, also where it is the last. */
    begin(path) {
      process.stdout.write(`${path}\n`);
    },
    /** The file's tests became known. */
    loaded(path) {
      entries.get(path).loaded = true;
    },
    /** The file, or the process that ran it, broke: what its tests would have been nobody knows. */
    broken(path, text) {
      entries.set(path, { path, loaded: false, ...message(text) });
    },
    /** `names` go from the outermost group to the test. */
    test(file, names, outcome, text) {
      if (tests.length === limits.tests) throw new Error(`there are more than ${limits.tests} tests`);
      const inner = names.length > limits.depth ? [names.slice(limits.depth - 1).join(' > ')] : [];
      const name = [...names.slice(0, limits.depth - inner.length), ...inner];
      tests.push({
        file,
        name: name.map((part) => String(part).slice(0, limits.name)),
        outcome,
        ...message(text),
      });
    },
    violation(text) {
      if (violations.size < limits.violations) violations.add(String(text).slice(0, 300));
    },
    /** A flat object that a library of ours made in the process of the tests. */
    note(fields) {
      if (notes.length < limits.notes) notes.push(fields);
    },
    isLoaded: (path) => entries.get(path).loaded,
    /** True where something did not pass. */
    hasFailed: () =>
      [...entries.values()].some((entry) => !entry.loaded) ||
      tests.some(({ outcome }) => outcome === 'fail' || outcome === 'error'),
    /** As runners/report.ts reads it. */
    finish: (exitCode) => ({
      version: 1,
      exitCode,
      files: [...entries.values()],
      tests,
      violations: [...violations],
      ...(notes.length > 0 ? { notes } : {}),
    }),
  };
}
