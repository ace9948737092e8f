/** Reads one tool's output in a process of its own: standard input is the request, standard output the answer. */
import { buffer } from 'node:stream/consumers';
import { deserialize, serialize } from 'node:v8';
import { adapterNamed, answerOf, type ParseRequest } from './parse-request.ts';

// Ctrl-C reaches every process of a terminal; what is to be done about it, the harness says.
process.on('SIGINT', () => undefined);
const { adapter, registry, output, baseFiles, suiteFiles, ...rest } = deserialize(
  await buffer(process.stdin),
) as ParseRequest;
const input = {
  ...rest,
  baseFile: (path: string) => baseFiles.get(path) ?? null,
  suiteFile: (path: string) => suiteFiles.get(path) ?? null,
};
process.stdout.write(serialize(answerOf(await adapterNamed(adapter, registry), output, input)));
