/** What the signal of an interrupted run holds as its reason. */
class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** A person does not press Ctrl-C twice within this time. */
const repeatMs = 300;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C once stops cleanly: containers are removed, the journal is closed. Twice ends at once with 130; what is left
 * on the engine then is reaped at the next start.
 */
export function watchInterrupts(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (controller.signal.aborted) {
      // Without a terminal, one interrupt may come both to the group and from the npm script above us.
      if (performance.now() - first < repeatMs) return;
      process.exit(130);
    }
    first = performance.now();
    controller.abort(new Interrupted());
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
