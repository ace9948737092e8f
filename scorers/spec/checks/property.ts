import { readFile } from 'node:fs/promises';
import { extname, join, posix } from 'node:path';
import type { Evidence } from '../../../harness/domain/candidate.ts';
import { readBytes } from '../../../harness/plan/read-file.ts';
import { keepContent } from '../../../harness/store/evidence.ts';
import type { ScoreContext } from '../../scorer.ts';
import { runFramework } from '../../tests/framework-run.ts';
import type { GivenCheck } from '../schema.ts';
import type { AskedCheck, CheckAnswer, CheckTools, RunChecks } from './check.ts';
import { evidenceName, failed, unknown, workspaceFault } from './command-answers.ts';
import { outcomeOf } from './property-outcome.ts';

const maxFileBytes = 1024 ** 2;

/** How the properties of a language are run. */
interface Kind {
  languages: readonly string[];
  framework: 'node-test' | 'unittest';
  /** Of the toolbox. */
  tool: string;
  /** Below the tool's mount: what the script is told to look in. */
  inside: string;
  script: URL;
}

const scripts: Kind = {
  languages: ['typescript', 'javascript'],
  framework: 'node-test',
  tool: 'fast-check',
  inside: '/node_modules',
  script: new URL('./property-fast-check.mjs', import.meta.url),
};
const python: Kind = {
  languages: ['python'],
  framework: 'unittest',
  tool: 'hypothesis',
  inside: '',
  script: new URL('./property-hypothesis.py', import.meta.url),
};
const kinds: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(['.js', '.mjs', '.ts', '.mts'].map((each) => [each, scripts])),
  '.py': python,
};

/**
 * Runs files of properties over the candidate, each in a container of its own, the way hidden tests are run: with tests of
 * ours in them, a reporting process apart, a signed report. Properties run in the process of the code that they look at;
 * what replaces fast-check or Hypothesis in there is noticed or comes to nothing. TypeScript and JavaScript need an
 * image with Node 22.15 (22.18 for TypeScript), Python one with Python 3.10, or newer.
 */
export const runPropertyChecks: RunChecks<'property'> = async (checks, tools) => {
  const fault = workspaceFault(tools);
  if (fault !== null) return checks.map(({ id }) => unknown(id, fault));
  const answers: CheckAnswer[] = [];
  for (const check of checks) answers.push(await runProperty(check, tools));
  return answers;
};

async function runProperty(
  { id, given }: AskedCheck<'property'>,
  { context, taskDir, timeoutSec: most }: CheckTools,
): Promise<CheckAnswer> {
  const kind = kindOf(given);
  if (typeof kind === 'string') return unknown(id, `the spec is wrong: ${kind}`);
  const read = await readBytes(join(taskDir, given.file), { maxBytes: maxFileBytes, within: taskDir });
  if (!read.ok) return unknown(id, `the spec is wrong: ${given.file} ${read.message}`);
  const { seed, runs } = given;
  const { mount } = await context.toolbox.get(kind.tool, context.signal);
  const timeoutSec = Math.min(given.timeout_sec, most);
  const { candidate, store, task } = context;
  const { measurement, notes } = await runFramework(ownContext(context), {
    framework: kind.framework,
    overlay: {
      tests: [
        {
          path: posix.join(given.at ?? '', posix.basename(given.file)),
          text: new TextDecoder().decode(read.bytes),
        },
      ],
      others: [],
    },
    base: await store.listTree(candidate.base),
    config: null,
    settings: { integrity: task.spec.tests.integrity, sentinel: 'twin' },
    library: {
      script: await readFile(kind.script, 'utf8'),
      settings: { folder: `${mount.target}${kind.inside}`, seed, runs },
    },
    mounts: [mount],
    timeoutSec,
  });
  const found = outcomeOf(measurement, notes, { seed, runs, timeoutSec });
  if (found.outcome === 'pass') return { id, ...found, evidence: [] };
  if (found.outcome === 'unknown') {
    const outputs = measurement.evidence.map(
      (each): Evidence => ({ ...each, name: evidenceName(id, `.${each.name}`) }),
    );
    return unknown(id, found.message, outputs);
  }
  // Without what was printed: names of our tests are in there, which are others each time.
  const text = `${JSON.stringify(found.found, null, 2)}\n`;
  return failed(id, found.message, [
    await keepContent(store, evidenceName(id, '.counterexample.json'), text),
  ]);
}

function kindOf({ file, language }: GivenCheck<'property'>): Kind | string {
  if (/\.c[jt]s$/.test(file)) return `${file} is CommonJS by its name: properties are ES modules`;
  const kind = kinds[extname(file)];
  if (kind === undefined) return `${file} is neither TypeScript, JavaScript nor Python by its name`;
  if (language !== undefined && !kind.languages.includes(language))
    return `${file} is not ${language} by its name`;
  return kind;
}

/** The workspace's own image and environment, also where the task's tests have others. */
function ownContext(context: ScoreContext): ScoreContext {
  const { spec } = context.task;
  const verifier = { ...spec.verifier, separate: null, env: {} };
  return {
    ...context,
    image: context.workspace,
    task: { ...context.task, spec: { ...spec, verifier } },
  };
}
