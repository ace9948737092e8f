/** Parses one report in a process of its own: standard input is the report, standard output the result. See parse.ts. */
import { buffer } from 'node:stream/consumers';
import { type FileFormat, parsers } from './parsers.ts';

// Ctrl-C reaches every process of a terminal; what is to be done about it, the harness says.
process.on('SIGINT', () => undefined);
const format = process.argv[2] as FileFormat;
process.stdout.write(JSON.stringify(parsers[format](await buffer(process.stdin))));
