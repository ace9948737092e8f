import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { asking } from './engine-errors.ts';
import { jsonLines, textField } from './json-lines.ts';

/**
 * One stream of the engine's events for a whole session. It answers what a container's exit code alone cannot: did
 * the engine go away meanwhile, and did anybody else send signals to the container? An engine that shuts down stops
 * its containers as if they had ended by themselves.
 */
export interface EngineWatch {
  /** Connects if not connected. Throws `infrastructure` when the engine does not answer. */
  ensure(): Promise<void>;
  /** Counts connections that broke; a changed count means that the engine was gone in between. */
  breaks(): number;
  /** Calls back at the next break; returns how to stop listening. */
  onBreak(listener: () => void): () => void;
  /** How many signals the engine has sent to a container so far, ours included. */
  signalsTo(containerId: string): number;
  /** Drops what is known of a removed container. */
  forget(containerId: string): void;
  close(): void;
}

export function watchEngine(docker: Dockerode, session: string): EngineWatch {
  const signals = new Map<string, number>();
  const listeners = new Set<() => void>();
  let breaks = 0;
  let stream: Readable | null = null;
  let connecting: Promise<void> | null = null;
  let closed = false;

  const connect = async () => {
    const filters = { label: [`assay.session=${session}`], event: ['kill'] };
    const opened = (await asking('follow the container engine', () =>
      docker.getEvents({ filters }),
    )) as Readable;
    if (closed) {
      opened.destroy();
      return;
    }
    stream = opened;
    // The watch alone must not keep the process alive.
    if ('socket' in opened && hasUnref(opened.socket)) opened.socket.unref();
    void follow(opened);
  };

  const follow = async (opened: Readable) => {
    try {
      for await (const event of jsonLines(opened)) {
        const id = textField(event, 'id');
        if (id !== null) signals.set(id, (signals.get(id) ?? 0) + 1);
      }
    } catch {
      // However the stream ended, it has ended; the count below tells.
    }
    breaks++;
    stream = null;
    for (const listener of [...listeners]) listener();
  };

  return {
    async ensure() {
      if (stream !== null) return;
      connecting ??= connect().finally(() => {
        connecting = null;
      });
      await connecting;
    },
    breaks: () => breaks,
    onBreak(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signalsTo: (id) => signals.get(id) ?? 0,
    forget: (id) => {
      signals.delete(id);
    },
    close() {
      closed = true;
      stream?.destroy();
    },
  };
}

function hasUnref(value: unknown): value is { unref(): void } {
  return typeof value === 'object' && value !== null && 'unref' in value && typeof value.unref === 'function';
}
