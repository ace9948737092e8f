import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { z } from 'zod';
import { engineError } from './engine-errors.ts';
import type { FileChange } from './sandbox.ts';

/** No path that a file system bears is longer, and JSON may write six characters for one byte. */
const maxChangeBytes = 6 * 4096 + 64;
/** What an answer may weigh however few changes are wanted. */
const maxAnswerBytes = 64 * 1024 ** 2;

const kinds = { 0: 'modified', 1: 'added', 2: 'deleted' } as const;

const Changes = z
  .array(z.object({ Path: z.string(), Kind: z.union([z.literal(0), z.literal(1), z.literal(2)]) }))
  .nullable();

/** See `StoppedFiles.changes`. The answer is bounded before it is parsed: a candidate decides how long it is. */
export async function readChanges(
  container: Dockerode.Container,
  most: number,
): Promise<FileChange[] | null> {
  const doing = 'list the changes in a container';
  try {
    const answer = await ask(container);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > Math.min(maxAnswerBytes, most * maxChangeBytes)) return null;
      chunks.push(chunk);
    }
    const changes = Changes.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))) ?? [];
    return changes.length > most
      ? null
      : changes.map(({ Path, Kind }) => ({ path: Path, kind: kinds[Kind] }));
  } catch (error) {
    throw engineError(doing, error);
  }
}

/** The client's own call would hold and parse the whole answer, whatever its length. */
function ask(container: Dockerode.Container): Promise<Readable> {
  const options = {
    path: `/containers/${container.id}/changes`,
    method: 'GET',
    isStream: true,
    statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
  };
  return new Promise((resolve, reject) => {
    container.modem.dial(options, (error: unknown, answer: Readable) =>
      error ? reject(error) : resolve(answer),
    );
  });
}
