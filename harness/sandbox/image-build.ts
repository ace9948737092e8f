import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { type AssayError, inputError, messageOf } from '../domain/errors.ts';
import { type BuildLog, buildLog } from './build-log.ts';
import { dockerfileName } from './context-tar.ts';
import { engineError, engineWords, statusOf } from './engine-errors.ts';
import { jsonLines, textField } from './json-lines.ts';

export interface BuildRequest {
  /** What is built, for messages: the Dockerfile's path. */
  name: string;
  tag: string;
  labels: Record<string, string>;
  timeoutSec: number;
  /** The table of task.toml in which its time is set, for messages. Default `[environment]`. */
  table?: string;
  /** The engine's network mode for `RUN`. */
  network: string;
  log: (line: string) => void;
  signal: AbortSignal;
}

/** How many of the log's last lines an error shows. */
const shownLines = 20;

/**
 * Builds an image with the engine's classic builder. Throws `input` naming the failing step when the Dockerfile does
 * not build or takes too long, the signal's reason when it fires, `infrastructure` when the engine fails.
 */
export async function buildClassic(
  docker: Dockerode,
  context: Readable,
  request: BuildRequest,
): Promise<void> {
  const late = AbortSignal.timeout(Math.min(request.timeoutSec * 1000, 2 ** 31 - 1));
  const log = buildLog(request.log);
  let contextError: unknown;
  context.on('error', (error) => {
    contextError ??= error;
  });
  try {
    const stream = await docker.buildImage(context, {
      t: request.tag,
      dockerfile: dockerfileName,
      labels: request.labels,
      networkmode: request.network,
      rm: true,
      forcerm: true,
      abortSignal: AbortSignal.any([late, request.signal]),
    });
    for await (const message of jsonLines(stream as Readable)) {
      log.add(textField(message, 'stream') ?? '');
      const failure = textField(message, 'error');
      if (failure !== null) throw buildFailure(request, log, failure);
    }
  } catch (error) {
    request.signal.throwIfAborted();
    if (late.aborted) throw tooSlow(request, log);
    if (contextError !== undefined)
      throw inputError(`${request.name}: its build context cannot be read: ${messageOf(contextError)}`, {
        cause: contextError,
      });
    // 400: the engine does not understand the Dockerfile.
    if (statusOf(error) === 400) throw buildFailure(request, log, engineWords(error));
    throw engineError(`build ${request.name}`, error);
  } finally {
    context.destroy();
  }
}

/** What no Dockerfile can bring about: then its author cannot mend it. */
function isEngineFault(reason: string): boolean {
  const isCommand =
    /executable file not found|no such file or directory|permission denied|exec format error/i;
  const isEngine =
    /no space left on device|cannot allocate memory|failed to create (endpoint|shim)|OCI runtime create failed|creating overlay mount/i;
  return isEngine.test(reason) && !isCommand.test(reason);
}

/** The error for a Dockerfile that does not build. */
export function buildFailure(request: Pick<BuildRequest, 'name'>, log: BuildLog, reason: string): AssayError {
  const tail = log.tail(shownLines);
  if (isEngineFault(reason)) return engineError(`build ${request.name}`, new Error(reason));
  const step = log.step() === '' ? '' : ` at step '${log.step()}'`;
  return inputError(`${request.name} does not build${step}: ${reason}${tail === '' ? '' : `\n${tail}`}`, {
    fix: 'mend the Dockerfile so that docker build succeeds in its folder',
  });
}

/** The error for a build that was stopped at its deadline. */
export function tooSlow(
  request: Pick<BuildRequest, 'name' | 'timeoutSec' | 'table'>,
  log: BuildLog,
): AssayError {
  const tail = log.tail(shownLines);
  const step = log.step() === '' ? '' : ` (at step '${log.step()}')`;
  return inputError(
    `${request.name} did not build within ${request.timeoutSec} s${step}${tail === '' ? '' : `\n${tail}`}`,
    {
      fix: `raise ${request.table ?? '[environment]'}.build_timeout_sec in task.toml or make the build faster`,
    },
  );
}
