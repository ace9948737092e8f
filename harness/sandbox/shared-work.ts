/** Does equal work once for all who ask at the same time. */
export interface SharedWork<T> {
  /**
   * Starts `work` for a key, or joins the one under way. A caller whose signal fires leaves with the signal's reason;
   * the work itself is aborted when nobody waits for it any more. What failed is done anew at the next call; what
   * succeeded is kept.
   */
  get(key: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

interface Entry<T> {
  result: Promise<T>;
  waiting: number;
  abort: AbortController;
}

export function sharedWork<T>(closing: AbortSignal): SharedWork<T> {
  const entries = new Map<string, Entry<T>>();

  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Entry<T> => {
    const abort = new AbortController();
    const result = work(AbortSignal.any([abort.signal, closing]));
    const entry: Entry<T> = { result, waiting: 0, abort };
    entries.set(key, entry);
    result.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry;
  };

  return {
    async get(key, signal, work) {
      signal?.throwIfAborted();
      const entry = entries.get(key) ?? begin(key, work);
      entry.waiting++;
      const left = Promise.withResolvers<never>();
      const leave = () => {
        // The last one out stops the work, and nobody may join what is being stopped.
        if (entry.waiting === 1 && entries.get(key) === entry) entries.delete(key);
        left.reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      try {
        return await Promise.race([entry.result, left.promise]);
      } finally {
        signal?.removeEventListener('abort', leave);
        entry.waiting--;
        if (entry.waiting === 0 && signal?.aborted) entry.abort.abort(signal.reason);
      }
    },
  };
}
