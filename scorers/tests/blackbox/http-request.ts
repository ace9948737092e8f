import { type IncomingMessage, request as send } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../../harness/domain/errors.ts';
import { sizeInWords } from '../../../harness/plan/read-file.ts';
import type { Dialogue } from './cases.ts';

type Request = Dialogue['steps'][number]['request'];

const maxHeaderBytes = 64 * 1024;

/** What a service answered. All of it is hostile. */
export interface Answer {
  status: number;
  /** In lower case; several of one name joined by `, `. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/** Why there is no answer that could be used. */
export interface NoAnswer {
  fault: string;
  /** True where only its beginning was read. */
  isCut?: true;
}

export interface RequestOptions {
  port: number;
  maxBodyBytes: number;
  signal: AbortSignal;
}

/**
 * Sends one request over a connection, which is closed afterwards, and reads the answer. Returns in a few words what was
 * wrong with it where there is none that could be used; rejects with the signal's reason.
 */
export async function ask(
  connection: Duplex,
  { method, path, headers, body }: Request,
  { port, maxBodyBytes, signal }: RequestOptions,
): Promise<Answer | NoAnswer> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = send({
        createConnection: () => connection,
        host: '127.0.0.1',
        port,
        method,
        path,
        headers,
        maxHeaderSize: maxHeaderBytes,
        insecureHTTPParser: false,
        signal,
      });
      sent.on('response', resolve);
      // Without this, Node drops the connection without a word.
      sent.on('upgrade', () => reject(new Error('it asked to speak another protocol')));
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBodyBytes)
        return { fault: `the body is longer than ${sizeInWords(maxBodyBytes)}`, isCut: true };
      chunks.push(chunk);
    }
    // A body that ends with its connection looks whole to Node however that ended.
    signal.throwIfAborted();
    if (connection.errored !== null) return { fault: faultOf(connection.errored) };
    return {
      status: response.statusCode ?? 0,
      headers: headersOf(response.rawHeaders),
      body: Buffer.concat(chunks),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { fault: faultOf(error) };
  } finally {
    connection.destroy();
  }
}

function headersOf(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const before = headers.get(name);
    headers.set(name, before === undefined ? (raw[at + 1] ?? '') : `${before}, ${raw[at + 1]}`);
  }
  return headers;
}

const brokenOff = 'the connection was closed before the answer was complete';

function faultOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'HPE_HEADER_OVERFLOW') return `the headers are longer than ${sizeInWords(maxHeaderBytes)}`;
  if (code.startsWith('HPE_')) return `the answer is not HTTP: ${messageOf(error)}`;
  if (code === 'ECONNRESET') return brokenOff;
  return messageOf(error);
}
