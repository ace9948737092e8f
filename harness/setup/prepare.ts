import { createInterface } from 'node:readline/promises';
import { AssayError } from '../domain/errors.ts';
import { ensureBaseImage } from '../sandbox/base-images.ts';
import { ensureEngine, rootAccess } from './engine.ts';
import { installPackages } from './packages.ts';
import { shippedBases } from './shipped-bases.ts';

/**
 * Makes engine and base images of the shipped suites ready; what is ready already costs milliseconds. Returns 0, or
 * the exit code of the failure, which has been printed.
 */
export async function prepare(log: (line: string) => void): Promise<number> {
  try {
    const confirm = process.stdin.isTTY && process.stderr.isTTY ? ask : undefined;
    const engine = await ensureEngine({ log, confirm });
    // Everything that follows, tools and their children included, speaks to the same engine.
    process.env.DOCKER_HOST ??= engine.endpoint;
    const install = async (packages: string[]): Promise<boolean> => {
      const access = await rootAccess();
      if (access === null) return false;
      await installPackages(packages, { log, confirm, become: access.become });
      return true;
    };
    const installPackagesOnce = once(install);
    await Promise.all(
      (await shippedBases()).map((ref) =>
        ensureBaseImage(engine.docker, ref, { log, installPackages: installPackagesOnce }),
      ),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    log(error.message);
    if (error.fix !== undefined) log(`to do: ${error.fix}`);
    return error.kind === 'input' ? 2 : 3;
  }
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
async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`assay: ${question} [Y/n] `);
    return /^(y(es)?)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
