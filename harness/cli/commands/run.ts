import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { printableJson } from '../../../reports/escape.ts';
import { decisionJson } from '../../../reports/json.ts';
import { digestOf } from '../../domain/digest.ts';
import { infrastructureError, inputError, messageOf } from '../../domain/errors.ts';
import type { RunEventOf, RunInputs } from '../../domain/event.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { executeRun } from '../../run/engine.ts';
import { requireSameInputs, runInputs } from '../../run/inputs.ts';
import { readStarted } from '../../run/journal-read.ts';
import { findRun, newRunId, type RunPlace } from '../../run/runs.ts';
import { type RunSession, resumeSession, startSession } from '../../run/session.ts';
import { watchInterrupts } from '../interrupt.ts';
import { type LoadedPlan, loadPlan, type Narrowing } from '../load-plan.ts';
import { type Machinery, openMachinery } from '../machinery.ts';
import { printError } from '../print-error.ts';
import { indexRow } from '../refresh-index.ts';
import { version } from '../version.ts';
import { paintFor } from '../view/paint.ts';
import { createProgress } from '../view/progress.ts';
import { summaryText } from '../view/table.ts';
import { writeReports } from '../write-reports.ts';

export interface RunOptions {
  agent?: string[];
  task?: string[];
  attempts?: number;
  concurrency?: number;
  out: string;
  resume?: string;
  cache: boolean;
  requireProven?: boolean;
  json?: boolean;
}

/** A run to go on with, and how it began. */
interface Resumed {
  place: RunPlace;
  started: RunEventOf<'run.started'>;
}

/** `assay run`: returns the exit code of the run. */
export async function runCommand(suitePath: string | undefined, options: RunOptions): Promise<number> {
  const store = resolve(options.out);
  const resumed = options.resume === undefined ? null : await resumable(store, options.resume, options);
  const path = suitePath ?? resumed?.started.suitePath;
  if (path === undefined)
    throw inputError('no suite was named', { fix: 'assay run SUITE, e.g. `assay run suites/quickstart`' });
  const narrowing = resumed?.started.options ?? {
    agents: options.agent ?? [],
    tasks: options.task ?? [],
    attempts: options.attempts ?? null,
  };
  const requireProven = resumed?.started.inputs.policy.require_proven ?? options.requireProven ?? false;
  const loaded = await loadPlan(path, narrowing, { requireProven });
  const inputs = runInputs(loaded.suite, loaded.plan, loaded.attempts);
  if (resumed !== null) requireSameInputs(resumed.started.inputs, inputs, resumed.place.run);

  const interrupt = watchInterrupts();
  const machinery = await openMachinery(store, loaded.suite.sandbox.runtime ?? null);
  try {
    const { place, exitCode } = await drive(
      { store, resumed, path, narrowing, loaded, inputs, options, machinery },
      interrupt.signal,
    );
    if (interrupt.signal.aborted) {
      process.stderr.write(`\nInterrupted. Go on with:\n  ${resumeLine(place, options.out)}\n`);
      return 130;
    }
    return exitCode;
  } finally {
    await machinery.close();
    interrupt.stop();
  }
}

interface Job {
  store: string;
  resumed: Resumed | null;
  path: string;
  narrowing: Narrowing;
  loaded: LoadedPlan;
  inputs: RunInputs;
  options: RunOptions;
  machinery: Machinery;
}

/** Runs to the end, or to the interrupt; whatever happens, the journal is closed and the reports are written. */
async function drive(job: Job, signal: AbortSignal): Promise<{ place: RunPlace; exitCode: number }> {
  const { loaded, options, machinery } = job;
  const session = await openSession(job);
  const progress = createProgress({
    stream: process.stderr,
    isTTY: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    now: () => performance.now(),
    record: session.record,
  });
  session.watch(({ event }) => progress.on(event));
  machinery.tell.line = (text) => progress.on({ type: 'notice', task: null, text });
  const onStop = () =>
    progress.on({ type: 'notice', task: null, text: 'stopping; Ctrl-C once more ends at once' });
  signal.addEventListener('abort', onStop, { once: true });
  let failure: unknown = null;
  try {
    await executeRun(loaded.plan, {
      run: session.place.run,
      sandbox: machinery.sandbox,
      store: machinery.store,
      toolbox: machinery.toolbox,
      cache: machinery.index,
      useCache: session.record.started.options.cache && options.cache,
      record: session.record,
      emit: session.emit,
      activity: (activity) => progress.on(activity),
      concurrency: options.concurrency ?? loaded.suite.concurrency ?? Math.max(2, availableParallelism()),
      signal,
    });
  } catch (error) {
    failure = error;
    tryEmit(session, {
      type: 'run.interrupted',
      reason: signal.aborted ? 'interrupted by the user' : messageOf(error),
    });
  } finally {
    progress.stop();
    await session.close();
  }
  const record = await writeReports(session.place);
  machinery.index.upsertRun(indexRow(session.place, record));
  if (options.json) process.stdout.write(`${printableJson(decisionJson(record))}\n`);
  else
    process.stdout.write(`${summary(record)}\nReports: ${relative('.', session.place.dir)}/report.md, …\n`);
  if (failure === null) return { place: session.place, exitCode: record.finished?.exitCode ?? 3 };
  if (signal.aborted) return { place: session.place, exitCode: 130 };
  printError(failure);
  throw infrastructureError(`run ${session.place.run} could not be finished; nothing that it did is lost`, {
    fix: `when the cause is gone, go on with: ${resumeLine(session.place, options.out)}`,
  });
}

async function openSession(job: Job): Promise<RunSession> {
  const { resumed, loaded, machinery, inputs } = job;
  if (resumed !== null) {
    const session = await resumeSession(resumed.place);
    if (session.record.finished === null) session.emit({ type: 'run.resumed', harness: version });
    return session;
  }
  const started: RunEventOf<'run.started'> = {
    type: 'run.started',
    run: newRunId(loaded.suite.name, new Date()),
    harness: version,
    inputs,
    inputsDigest: digestOf(inputs),
    options: { ...job.narrowing, cache: job.options.cache },
    suitePath: resolve(job.path),
    engine: await machinery.sandbox.facts(),
    trials: loaded.plan.trials.length,
  };
  const session = await startSession(job.store, started);
  for (const notice of loaded.notices) session.emit({ type: 'notice', ...notice });
  return session;
}

function summary(record: RunRecord): string {
  return summaryText(record, { columns: process.stdout.columns ?? 100, paint: paintFor(process.stdout) });
}

async function resumable(store: string, wanted: string, options: RunOptions): Promise<Resumed> {
  const { agent, task, attempts, requireProven } = options;
  if ([agent, task, attempts, requireProven].some((option) => option !== undefined)) {
    throw inputError('--agent, --task, --attempts and --require-proven cannot be given with --resume', {
      fix: 'a resumed run does what it began with; start a new run for another choice',
    });
  }
  const place = await findRun(store, wanted);
  return { place, started: await readStarted(place.journal) };
}

/** The journal may be what failed; then the message on the terminal has to do. */
function tryEmit(session: RunSession, event: Parameters<RunSession['emit']>[0]): void {
  try {
    session.emit(event);
  } catch (error) {
    printError(error);
  }
}

/** As it has to be typed: from a checkout through npm, otherwise by the installed command. */
function resumeLine(place: RunPlace, out: string): string {
  const assay = process.env.npm_lifecycle_event === undefined ? 'assay' : 'npm run -s assay --';
  return `${assay} run --resume ${place.run}${out === '.assay' ? '' : ` --out ${shellWord(out)}`}`;
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
