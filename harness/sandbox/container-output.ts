import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { OutputCapture } from './capture.ts';
import { type ContainerStdio, openStdio } from './container-stdio.ts';
import { demultiplex } from './demux.ts';
import { asking } from './engine-errors.ts';

export interface AttachedOutput {
  /** The command's own standard input and output, where they were asked for. */
  stdio: ContainerStdio | null;
  /** Resolves when the engine has sent everything, or after so many milliseconds; closes the connection. */
  drained(timeoutMs: number): Promise<void>;
  close(): void;
}

/**
 * Attaches to a container before it starts, so that nothing it says is missed. Output is read as fast as it comes and
 * its middle dropped, so that no amount of it stops the container from ending. `stdin` is written and then closed; where
 * it is `open`, stdin and stdout are streams, and stdout is not captured.
 */
export async function attachOutput(
  container: Dockerode.Container,
  output: { stdout: OutputCapture; stderr: OutputCapture },
  stdin: Uint8Array | 'open' | undefined,
): Promise<AttachedOutput> {
  const hasStdin = stdin !== undefined;
  const stream = await asking('attach to a container', () =>
    container.attach({ stream: true, stdout: true, stderr: true, stdin: hasStdin, hijack: hasStdin }),
  );
  const stdio = stdin === 'open' ? openStdio(stream) : null;
  stream.on('data', demultiplex(stdio?.take ?? output.stdout.write, output.stderr.write));
  // A cut connection shows where the exit is awaited; a command may also close its input or output early.
  const ended = finished(stream, { writable: false })
    .catch(() => undefined)
    .then(() => stdio?.end());
  stream.on('error', () => undefined);
  if (hasStdin && stdin !== 'open') stream.end(stdin);

  const close = () => {
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
  };
  return {
    stdio,
    async drained(timeoutMs) {
      stdio?.discard();
      const late = new AbortController();
      await Promise.race([
        ended,
        sleep(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      close();
    },
    close,
  };
}
