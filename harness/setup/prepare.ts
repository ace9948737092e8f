import { createInterface } from 'node:readline/promises';
import { AssayError } from '../domain/errors.ts';
import { ensureBaseImage } from '../sandbox/base-images.ts';
import { ensureEngine, rootAccess } from './engine.ts';
import { installPackages } from './packages.ts';
import { shippedBases } from './shipped-bases.ts';

const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Makes engine and base images of the shipped suites ready; what is ready already costs milliseconds. Returns 0, or
 * the exit code of the failure, which has been printed.
 */
export async function prepare(log: (line: string) => void): Promise<number> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  for (const name of SIGNALS) process.on(name, abort);
  try {
    await prepareUnless(stop, log);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) {
      log('interrupted; the next start goes on from here');
      return INTERRUPTED;
    }
    if (!(error instanceof AssayError)) throw error;
    log(error.message);
    if (error.fix !== undefined) log(`to do: ${error.fix}`);
    return error.kind === 'input' ? 2 : 3;
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
  }
}

async function prepareUnless(stop: AbortController, log: (line: string) => void): Promise<void> {
  const asked = process.stdin.isTTY && process.stderr.isTTY;
  const confirm = asked ? (question: string) => ask(question, stop) : undefined;
  const engine = await ensureEngine({ log, confirm });
  stop.signal.throwIfAborted();

  const install = once(async (packages: string[]): Promise<boolean> => {
    const access = await rootAccess();
    if (access === null) return false;
    await installPackages(packages, { log, confirm, become: access.become });
    return true;
  });
  const options = { log, signal: stop.signal, installPackages: install };
  const bases = await shippedBases();
  // All are waited for, so that none still works when this returns.
  const results = await Promise.allSettled(bases.map((ref) => ensureBaseImage(engine.docker, ref, options)));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** Two images that lack the same builder ask for it once. */
function once<A, R>(work: (argument: A) => Promise<R>): (argument: A) => Promise<R> {
  let result: Promise<R> | undefined;
  return (argument) => {
    result ??= work(argument);
    return result;
  };
}

/** Yes unless said otherwise: whoever started this wants it to run. */
async function ask(question: string, stop: AbortController): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on('SIGINT', () => stop.abort());
  try {
    const answer = await terminal.question(`assay: ${question} [Y/n] `, { signal: stop.signal });
    return /^(y(es)?)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
