/** Reads one document in a process of its own: standard input is the text, standard output the answer. See parse-apart.ts. */
import { text } from 'node:stream/consumers';
import { serialize } from 'node:v8';
import { type Format, parseText } from './parse.ts';

// Ctrl-C reaches every process of a terminal; what is to be done about it, the harness says.
process.on('SIGINT', () => undefined);
process.stdout.write(serialize(parseText(process.argv[2] as Format, await text(process.stdin))));
