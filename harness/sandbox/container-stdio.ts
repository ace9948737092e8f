import { Readable, Writable } from 'node:stream';

/** Standard input and output of a container as streams of their own, over the one connection that carries both. */
export interface ContainerStdio {
  stdin: Writable;
  stdout: Readable;
  /** Hands on what the connection brought for stdout; with nobody reading, the connection is held. */
  take(chunk: Uint8Array): void;
  /** Drops what comes from now on, so that the connection can come to its end. */
  discard(): void;
  /** Nothing more comes. */
  end(): void;
}

export function openStdio(connection: NodeJS.ReadWriteStream): ContainerStdio {
  let isWanted = true;
  const stdout = new Readable({ read: () => void connection.resume() });
  const stdin = new Writable({
    write: (chunk, _encoding, done) => void connection.write(chunk, done),
    final: (done) => void connection.end(done),
  });
  // A command may close its input early, or end: whoever waits for a write is told, others need not know.
  for (const stream of [stdin, stdout]) stream.on('error', () => undefined);
  return {
    stdin,
    stdout,
    take(chunk) {
      if (isWanted && !stdout.destroyed && !stdout.push(chunk)) connection.pause();
    },
    discard() {
      isWanted = false;
      connection.resume();
    },
    end: () => void stdout.push(null),
  };
}
