import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { digestOf, sha256 } from '../harness/domain/digest.ts';
import type { Problem } from '../harness/domain/errors.ts';
import { compareText } from '../harness/domain/order.ts';
import { show } from '../harness/plan/place.ts';
import { readBytes } from '../harness/plan/read-file.ts';
import { entryProblem } from '../harness/plan/suite-entries.ts';
import type { LayerEntry } from '../harness/sandbox/layer.ts';
import { entryErrors, entryFields, locate, pathProblem, WrittenPath } from './entry.ts';
import { runAgent } from './run-agent.ts';
import type { Adapter, AttemptContext } from './source.ts';

const maxFileBytes = 64 * 1024 ** 2;
const instructionFile = '/opt/assay/instruction.md';

const word = z.string().regex(/^[^\0]*$/, 'must not hold a NUL character');

const schema = z.strictObject({
  ...entryFields('command'),
  /** Program and arguments; no shell in between. */
  command: z.array(word).min(1),
  /** Files of the suite, put into /opt under their own names. */
  files: z.array(WrittenPath).default([]),
  env: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable')
        .refine(
          (name) => !name.startsWith('ASSAY_'),
          'must not begin with ASSAY_: those are set for each trial',
        ),
      word,
    )
    .default({}),
  timeout_sec: z.number().positive().optional(),
});

interface AgentFile {
  name: string;
  content: Buffer;
  executable: boolean;
}

/** Any program, run in the task's container with the instruction in a file and on standard input. */
export const command: Adapter<typeof schema> = {
  name: 'command',
  schema,
  async open(entry, { suiteDir }) {
    const files = await readFiles(entry.files, suiteDir);
    const timeoutSec = entry.timeout_sec ?? null;
    const layer: LayerEntry[] = files.map(({ name, content, executable }) => ({
      path: `/opt/${name}`,
      type: 'file',
      mode: executable ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      content,
    }));
    const run = (context: AttemptContext) => {
      const { id, instruction } = context.task.spec;
      const prompt = Buffer.from(instruction);
      return runAgent(context, {
        command: entry.command,
        env: { ...entry.env, ASSAY_INSTRUCTION_FILE: instructionFile, ASSAY_TASK: id },
        layer: [...layer, ...instructionLayer(prompt)],
        stdin: prompt,
        timeoutSec,
      });
    };
    return [
      {
        name: entry.name,
        adapter: 'command',
        identity: digestOf({
          adapter: 'command',
          command: entry.command,
          env: entry.env,
          files: files
            .map(({ name, content, executable }) => ({ name, digest: sha256(content), executable }))
            .sort((a, b) => compareText(a.name, b.name)),
          timeoutSec,
        }),
        maxAttempts: null,
        attempt: run,
      },
    ];
  },
};

function instructionLayer(content: Buffer): LayerEntry[] {
  return [
    { path: '/opt/assay', type: 'dir', mode: 0o755, uid: 0, gid: 0 },
    { path: instructionFile, type: 'file', mode: 0o644, uid: 0, gid: 0, content },
  ];
}

/** Read once, when the suite is loaded: every trial gets the same bytes, whatever happens to the files meanwhile. */
async function readFiles(written: readonly string[], suiteDir: string): Promise<AgentFile[]> {
  const files = new Map<string, AgentFile>();
  const problems: Problem[] = [];
  for (const [index, path] of written.entries()) {
    const field = `files[${index}]`;
    const { path: full, within } = locate(suiteDir, path);
    const name = basename(full);
    const read = await readBytes(full, {
      maxBytes: maxFileBytes,
      ...(within === undefined ? {} : { within }),
    });
    if (!read.ok) problems.push(pathProblem(field, path, read));
    else if (name === 'assay')
      problems.push(entryProblem(field, '/opt/assay is taken by the instruction', 'rename the file'));
    else if (files.has(name))
      problems.push(
        entryProblem(field, `two files would be ${show(`/opt/${name}`)}`, 'rename one of the files'),
      );
    else
      files.set(name, {
        name,
        content: read.bytes,
        executable: ((await stat(full)).mode & 0o100) !== 0,
      });
  }
  if (problems.length > 0) throw entryErrors(problems);
  return [...files.values()];
}
