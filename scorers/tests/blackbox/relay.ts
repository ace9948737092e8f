import { Duplex, type Readable, type Writable } from 'node:stream';

/** Bytes in one line; the relay sends no more either. */
const chunkBytes = 49_152;
const maxLineCharacters = 80_000;

export interface Relay {
  /**
   * Opens a connection to the service; null where it refuses. One at a time: waits until the one before is closed.
   * Rejects when the relay is gone.
   */
  connect(): Promise<Duplex | null>;
}

interface Line {
  word: string;
  data: string;
}

/** Speaks with relay.sh over its standard input and output. */
export function speakWithRelay({ stdin, stdout }: { stdin: Writable; stdout: Readable }): Relay {
  let current: Connection | null = null;
  let closed: Promise<void> = Promise.resolve();
  let answer: PromiseWithResolvers<Duplex | null> | null = null;
  let acknowledged: PromiseWithResolvers<void> | null = null;
  let isGone = false;

  const send = (line: string) =>
    new Promise<void>((resolve, reject) => {
      stdin.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
    });

  const onLine = async ({ word, data }: Line): Promise<void> => {
    if (word === 'open' && answer !== null) {
      // Here and now, as the next line may be the first of what the service sends.
      current = openConnection(send, close);
      answer.resolve(current.stream);
      answer = null;
    } else if (word === 'refused') {
      answer?.resolve(null);
      answer = null;
    } else if (word === 'data') await current?.take(Buffer.from(data, 'base64'));
    else if (word === 'end') await current?.take(null);
    else if (word === 'broken') current?.stream.destroy(reset());
    else if (word === 'closed') acknowledged?.resolve();
  };

  const listen = async () => {
    try {
      for await (const line of linesOf(stdout)) await onLine(line);
    } finally {
      isGone = true;
      const gone = new Error('the relay is gone');
      answer?.reject(gone);
      acknowledged?.reject(gone);
      current?.stream.destroy(gone);
    }
  };
  listen().catch(() => undefined);

  const close = () => {
    current = null;
    if (isGone) return;
    acknowledged = Promise.withResolvers();
    const { promise } = acknowledged;
    closed = send('close').then(() => promise);
    closed.catch(() => undefined);
  };

  return {
    async connect() {
      await closed;
      if (isGone) throw new Error('the relay is gone');
      answer = Promise.withResolvers();
      const { promise } = answer;
      promise.catch(() => undefined);
      await send('open');
      return promise;
    },
  };
}

/** As Node reports it of a socket. */
function reset(): Error {
  return Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });
}

interface Connection {
  stream: Duplex;
  /** Hands on what the service sent, null for the end; resolves when more is wanted. */
  take(chunk: Buffer | null): Promise<void>;
}

function openConnection(send: (line: string) => Promise<void>, close: () => void): Connection {
  let wanted = Promise.withResolvers<void>();
  let hasEnded = false;
  const stream = new Duplex({
    read: () => wanted.resolve(),
    write(chunk: Buffer, _encoding, done) {
      const lines: string[] = [];
      for (let at = 0; at < chunk.length; at += chunkBytes)
        lines.push(`data ${chunk.subarray(at, at + chunkBytes).toString('base64')}`);
      Promise.all(lines.map(send)).then(() => done(), done);
    },
    // TCP could be closed in one direction; no service needs that to answer a request.
    final: (done) => done(),
    destroy(error, done) {
      wanted.resolve();
      close();
      done(error);
    },
  });
  // Whoever reads or writes hears of it; between two requests nobody does.
  stream.on('error', () => undefined);
  return {
    stream,
    async take(chunk) {
      if (stream.destroyed || hasEnded) return;
      hasEnded = chunk === null;
      // Before the push, which may call for more, or find that the stream has ended, at once.
      wanted = Promise.withResolvers();
      if (!stream.push(chunk) && chunk !== null) await wanted.promise;
    },
  };
}

/** Lines of the relay; stops at one that it cannot have sent. */
async function* linesOf(stdout: Readable): AsyncGenerator<Line> {
  let rest = '';
  for await (const chunk of stdout) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineCharacters) return;
    for (const line of lines) {
      const [word = '', data = ''] = line.split(' ', 2);
      yield { word, data };
    }
  }
}
