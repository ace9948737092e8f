import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { packLayer } from '../../../harness/sandbox/layer.ts';
import type { ContainerResult, RunningContainer } from '../../../harness/sandbox/sandbox.ts';
import { plural } from '../../text.ts';
import { harnessDir } from '../paths.ts';
import { freshWord, withoutWord } from '../test-container.ts';
import { setupFailure } from '../wrapper.ts';
import type { Dialogue, Service } from './cases.ts';
import { candidateRequest, type PartContext, secondsLeft, textOf, throwIfAborted } from './container.ts';
import { type Heard, orAborted, runDialogue } from './dialogue.ts';
import { ask } from './http-request.ts';
import type { RegexJudge } from './regex.ts';
import { type Relay, speakWithRelay } from './relay.ts';
import { type CaseResult, judged, notRun, type PartResult } from './result.ts';

const relayScript = `${harnessDir}/relay.sh`;
/** The relay's own bounds: it is a shell that copies. */
const relayLimits = { cpus: 1, memoryMb: 128, pids: 32, storageMb: 16, tmpMb: 1 };
/** So that it is the service that runs out of time, and never what carries its requests. */
const relayGraceSec = 60;
/** Between two looks whether a service is ready. */
const readyPauseMs = 50;
/** The end of a service may show in its connections before the engine tells. */
const endMs = 2000;
/** How often that is waited for in vain. */
const maxWaits = 3;
/** A service whose cases all passed need not be shown; of those that each served one, only the first few are. */
const maxLogs = 20;

/** All of one part: what to run, and with what. */
interface Serving {
  part: PartContext;
  service: Service;
  dialogues: readonly Dialogue[];
  regexes: RegexJudge;
  /** Is told every answer, also one that could not be used, by the case's name. */
  heard?: Heard;
}

/**
 * Runs the service in a container without a network, and asks it from a second one that shares only its loopback. Throws
 * `infrastructure`, and the signal's reason.
 */
export async function runDialogues(serving: Serving): Promise<PartResult> {
  const { part, service, dialogues } = serving;
  const { runtime } = await part.context.sandbox.facts();
  if (runtime === 'runsc')
    return {
      end: 'exited',
      setupFailure:
        'requests to a service need a runtime whose containers can share a network, which runsc is not',
      results: [],
      logs: [],
    };
  const groups = service.isPerCase ? dialogues.map((each) => [each]) : [dialogues];
  const all: PartResult = { end: 'exited', setupFailure: null, results: [], logs: [] };
  for (const [index, group] of groups.entries()) {
    const served = await serve({ ...serving, dialogues: group });
    all.end = served.end;
    all.setupFailure = served.setupFailure;
    all.results.push(...served.results);
    const isShown = served.results.some(({ outcome }) => outcome !== 'pass') && all.logs.length < maxLogs;
    const name = service.isPerCase ? `service-${index + 1}.txt` : 'service.txt';
    if (isShown) all.logs.push(...served.logs.map(({ output }) => ({ name, output })));
    if (served.end !== 'exited' || served.setupFailure !== null) break;
  }
  return all;
}

/** One service, from its start to its end. */
async function serve(serving: Serving): Promise<PartResult> {
  const { part, service, dialogues } = serving;
  const { sandbox, signal } = part.context;
  const word = freshWord();
  const progress: Progress = { isReady: false, results: [], fault: null };
  const request = await candidateRequest(part, {
    // All that it says is its log; nobody writes to it.
    command: ['/bin/sh', '-c', 'exec "$@" </dev/null >&2', 'sh', ...service.argv],
    entries: [],
    env: service.env,
    word,
  });
  const container = await sandbox.run({
    ...request,
    converse: (running, ended) => converse(serving, running, ended, progress),
  });
  throwIfAborted(container, signal);
  const results = [...progress.results];
  for (const { name } of dialogues.slice(results.length))
    results.push(unanswered(name, serving, container, progress));
  return {
    end: container.end,
    setupFailure: setupFailure(word, container.exitCode, textOf(container.stderr)) ?? progress.fault,
    results,
    logs: [{ name: '', output: withoutWord(word, container.stderr) }],
  };
}

interface Progress {
  isReady: boolean;
  /** Of the first cases, in their order. */
  results: CaseResult[];
  /** Why no requests can be made at all. */
  fault: string | null;
}

/** Asks until all cases are through, the service has ended, or it is clear that it cannot be asked. */
async function converse(
  serving: Serving,
  running: RunningContainer,
  ended: AbortSignal,
  progress: Progress,
): Promise<void> {
  running.stdin.end();
  running.stdout.resume();
  const isOver = () =>
    ended.aborted || progress.fault !== null || progress.results.length === serving.dialogues.length;
  while (!isOver()) {
    const wasReady = progress.isReady;
    const before = progress.results.length;
    await throughRelay(serving, running.id, progress, (relay) => askAll(serving, relay, ended, progress));
    // Not ready in its time, or a relay that achieves nothing.
    if (!progress.isReady || (wasReady && progress.results.length === before)) break;
  }
}

/** A relay in the service's network, for as long as `work` takes. */
async function throughRelay(
  { part, service }: Serving,
  joins: string,
  progress: Progress,
  work: (relay: Relay) => Promise<void>,
): Promise<void> {
  const { image, sandbox, labels, signal } = part.context;
  const content = await readFile(new URL('./relay.sh', import.meta.url));
  const result = await sandbox.run({
    // The image as it was: nothing of the candidate's is in it.
    image: image.ref,
    command: ['bash', relayScript, String(service.port)],
    env: {},
    workdir: '/',
    user: image.user,
    network: { joins },
    limits: { ...relayLimits, timeoutSec: secondsLeft(part) + relayGraceSec },
    files: packLayer([{ path: relayScript, type: 'file', mode: 0o755, content }]),
    labels,
    signal,
    converse: (running) => work(speakWithRelay(running)),
  });
  throwIfAborted(result, signal);
  if (result.exitCode === 127 || result.exitCode === 126)
    progress.fault = 'the image has no bash, which carries requests to the service';
}

/** Waits until the service is ready, then goes on with the cases until one leaves the relay stuck. */
async function askAll(
  { service, dialogues, regexes, heard }: Serving,
  relay: Relay,
  ended: AbortSignal,
  progress: Progress,
): Promise<void> {
  progress.isReady ||= await untilReady(service, relay, ended);
  if (!progress.isReady) return;
  let waits = 0;
  const hasEnded = async () => {
    if (!ended.aborted && waits < maxWaits) {
      await Promise.race([once(ended, 'abort'), sleep(endMs)]);
      if (!ended.aborted) waits += 1;
    }
    return ended.aborted;
  };
  for (const dialogue of dialogues.slice(progress.results.length)) {
    if (ended.aborted) return;
    const { result, isStuck } = await runDialogue(dialogue, {
      relay,
      port: service.port,
      regexes,
      hasEnded,
      ...(heard === undefined ? {} : { heard }),
    });
    progress.results.push(result);
    if (isStuck) return;
  }
}

async function untilReady({ ready, port }: Service, relay: Relay, ended: AbortSignal): Promise<boolean> {
  const late = AbortSignal.any([ended, AbortSignal.timeout(ready.timeoutSec * 1000)]);
  const get = { method: 'GET', path: ready.path ?? '/', headers: {}, body: null };
  try {
    for (;;) {
      const connection = await orAborted(relay.connect(), late);
      if (connection !== null && ready.path === null) {
        connection.destroy();
        return true;
      }
      if (connection !== null) {
        const answer = await ask(connection, get, { port, maxBodyBytes: 1024 ** 2, signal: late });
        if ('status' in answer && answer.status < 400) return true;
      }
      await sleep(readyPauseMs, undefined, { signal: late });
    }
  } catch {
    // No time left, no service, or no relay: what it was shows in how their containers ended.
    return false;
  }
}

/** What is to be said of a case whose turn never came. */
function unanswered(
  name: string,
  { service }: Serving,
  { end, exitCode }: ContainerResult<unknown>,
  { isReady, fault }: Progress,
): CaseResult {
  if (end !== 'exited' || fault !== null) return notRun(name, fault ?? 'it was not run');
  const code = `exit code ${exitCode}`;
  if (isReady && exitCode === null) return notRun(name, 'what carries requests to the service has ended');
  const unasked = (why: string): CaseResult => ({ ...judged(name, [why], []), isUnasked: true });
  if (isReady) return unasked(`the service had ended (${code})`);
  if (exitCode !== null) return unasked(`the service ended before it was ready (${code})`);
  return unasked(`the service was not ready within ${plural(service.ready.timeoutSec, 'second')}`);
}
