import { randomBytes } from 'node:crypto';
import { sizeInWords } from '../../../harness/plan/read-file.ts';
import { boundedLine, plural } from '../../text.ts';
import { logsDir } from '../paths.ts';
import { freshWord, withoutWord } from '../test-container.ts';
import { setupFailure } from '../wrapper.ts';
import type { Cases, Command, Expected } from './cases.ts';
import { candidateRequest, type PartContext, textOf, throwIfAborted } from './container.ts';
import { caseFolder, driverPlan } from './driver.ts';
import { mismatch } from './match.ts';
import { type DriverOutputs, readDriverOutputs } from './outputs.ts';
import type { RegexJudge } from './regex.ts';
import { type CaseResult, judged, notRun, type PartResult } from './result.ts';

/** What is kept of each output where nothing longer is expected. */
const leastKeptBytes = 1024 ** 2;

/** Looks on at what programs printed that were run; `isCut`: only its beginning was kept. */
export type HeardOutput = (name: string, stdout: { content: Uint8Array; isCut: boolean }) => void;

/**
 * Runs all commands in one container, and compares what they left in it once it has stopped. Everything there runs as one
 * user, so a program may read the inputs of later cases and write the results of others; whatever it does, they are its
 * own answers, and what they should be is not in the container. Throws `infrastructure`, and the signal's reason.
 */
export async function runCommands(
  part: PartContext,
  cases: Pick<Cases, 'commands' | 'workspace'>,
  regexes: RegexJudge,
  heard?: HeardOutput,
): Promise<PartResult> {
  const { image, sandbox, signal } = part.context;
  const word = freshWord();
  const folder = randomBytes(8).toString('hex');
  const keptBytes = Math.max(leastKeptBytes, ...cases.commands.flatMap(expectedBytes));
  const plan = await driverPlan({
    cases,
    workdir: image.workdir,
    user: image.user,
    out: `${logsDir}/${folder}`,
    // One more, by which too much is known.
    keptBytes: keptBytes + 1,
  });
  const { files, ...request } = await candidateRequest(part, { ...plan, word });
  const result = await sandbox.run<DriverOutputs>({
    ...request,
    ...(files === undefined ? {} : { files }),
    collect: async (stopped) => readDriverOutputs(await stopped.read(logsDir), folder, keptBytes + 1),
  });
  throwIfAborted(result, signal);
  const outputs = result.collected ?? { files: new Map(), problem: 'the log folder was not read' };
  const failed = outputs.files.get('failed');
  const why = failed === undefined ? whyNotRun(outputs.problem) : boundedLine(lossy(failed), 200);
  const results: CaseResult[] = [];
  for (const [index, command] of cases.commands.entries()) {
    const found = caseOutputs(outputs, caseFolder(index));
    const stdout = found('stdout');
    if (stdout !== undefined) heard?.(command.name, { content: stdout, isCut: stdout.length > keptBytes });
    results.push(await judgeCommand(command, found, { why, keptBytes, regexes }));
  }
  const neverBegan = results.every(({ outcome }) => outcome === 'error') && failed !== undefined;
  return {
    end: result.end,
    setupFailure: setupFailure(word, result.exitCode, textOf(result.stderr)) ?? (neverBegan ? why : null),
    results,
    logs: [
      { name: 'driver-stdout.txt', output: result.stdout },
      { name: 'driver-stderr.txt', output: withoutWord(word, result.stderr) },
    ],
  };
}

/** What one case left, by name. */
type Found = (name: string) => Uint8Array | undefined;

function caseOutputs({ files }: DriverOutputs, folder: string): Found {
  return (name) => files.get(`${folder}/${name}`);
}

interface JudgeOptions {
  /** Of a case that was not run. */
  why: string;
  keptBytes: number;
  regexes: RegexJudge;
}

async function judgeCommand(command: Command, found: Found, options: JudgeOptions): Promise<CaseResult> {
  const { name, expect, timeoutSec } = command;
  const problem = found('problem');
  if (problem !== undefined) return notRun(name, boundedLine(lossy(problem), 200));
  const [stdout, stderr] = [found('stdout'), found('stderr')];
  if (found('done') === undefined || stdout === undefined || stderr === undefined)
    return notRun(name, options.why);

  const wrong: string[] = [];
  const look = async (what: string, expected: Expected | null, content: Uint8Array) => {
    if (expected === null) return;
    const difference =
      content.length > options.keptBytes
        ? `it is longer than ${sizeInWords(options.keptBytes)}`
        : await mismatch(expected, content, options.regexes);
    if (difference !== null) wrong.push(`${what}: ${difference}`);
  };
  const code = exitCodeOf(found('code'));
  const shown = [
    { title: 'stdout', content: stdout },
    { title: 'stderr', content: stderr },
  ];
  if (code === null)
    return judged(name, [`it did not end by itself within ${plural(timeoutSec, 'second')}`], shown);
  if (expect.exitCode !== 'any' && !expect.exitCode.includes(code))
    wrong.push(`exit code: expected ${expect.exitCode.join(' or ')}, found ${code}`);
  await look('stdout', expect.stdout, stdout);
  await look('stderr', expect.stderr, stderr);
  const kinds = lossy(found('kinds') ?? new Uint8Array()).split('\n');
  for (const [index, { path, content }] of expect.files.entries()) {
    const kind = kinds[index] || 'not known';
    const bytes = found(`file-${index}`);
    if (content === 'absent') {
      if (kind !== 'absent') wrong.push(`${path}: expected no such file, found it`);
    } else if (kind !== 'file' || bytes === undefined) wrong.push(`${path}: expected a file, it is ${kind}`);
    else await look(path, content, bytes);
  }
  return judged(name, wrong, shown);
}

/** The driver writes a number and a newline; where a program was killed with all around it, nothing. */
function exitCodeOf(content: Uint8Array | undefined): number | null {
  const match = /^(\d{1,3})\n$/.exec(lossy(content ?? new Uint8Array()));
  return match === null ? null : Number(match[1]);
}

function expectedBytes({ expect }: Command): number[] {
  const all = [expect.stdout, expect.stderr, ...expect.files.map(({ content }) => content)];
  return all.map((expected) =>
    expected === null || expected === 'absent' ? 0 : (expected.exact?.length ?? 0),
  );
}

function whyNotRun(problem: string | null): string {
  return problem ?? 'it was not run to its end: the program, or one before it, ended everything around it';
}

function lossy(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
