import type { RunRecord } from '../../domain/run-record.ts';
import { liveView } from './progress-live.ts';
import { logView } from './progress-log.ts';
import { advance, type ProgressEvent, startProgress } from './progress-state.ts';

export interface ProgressStream extends NodeJS.WritableStream {
  /** Width now; a terminal changes it when it is resized. */
  columns?: number;
}

export interface ProgressOptions {
  /** Usually standard error: standard output belongs to the result. */
  stream: ProgressStream;
  isTTY: boolean;
  /** Where the stream does not know its width. */
  columns: number;
  /** Milliseconds of any steady clock. */
  now: () => number;
  /** What the journal holds already: its first events come before anyone can listen, and a resumed run's many more. */
  record: RunRecord;
}

export interface Progress {
  /** Takes every event of the journal, after it was written, and activities in between. */
  on(event: ProgressEvent): void;
  /** Ends the display and gives the cursor back. May be called at any time and more than once. */
  stop(): void;
}

/** Shows how a run goes: redrawn in place on a terminal, bounded plain lines elsewhere. */
export function createProgress(options: ProgressOptions): Progress {
  const state = startProgress(options.now(), options.record);
  let gone = false;
  const view = (options.isTTY ? liveView : logView)(options, state);
  let stopped = false;
  // A terminal that was closed must not end the run.
  options.stream.on('error', () => {
    gone = true;
  });
  return {
    on(event) {
      advance(state, event, options.now());
      if (!stopped && !gone) view.on(event);
    },
    stop() {
      if (stopped) return;
      stopped = true;
      view.stop();
    },
  };
}
