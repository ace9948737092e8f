import { isEngineFailure } from '../domain/errors.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** How often a unit of work is tried again after the engine failed under it. */
export const engineRetries = 2;

/** How long a run waits for an engine that went away, e.g. while its daemon restarts. */
const engineWaitMs = Number(process.env.ASSAY_ENGINE_WAIT_MS) || 120_000;

/**
 * Does a unit of work again when the engine failed, after the engine answers once more. Everything else is thrown on
 * at once, and so is the last failure. `onFailure` sees each failed try.
 */
export async function withEngineRetries<T>(
  sandbox: Sandbox,
  work: (retry: number) => Promise<T>,
  options: { signal: AbortSignal; firstRetry?: number; onFailure?: (error: unknown, retry: number) => void },
): Promise<T> {
  for (let retry = options.firstRetry ?? 0; ; retry += 1) {
    try {
      return await work(retry);
    } catch (error) {
      if (options.signal.aborted || !isEngineFailure(error)) throw error;
      options.onFailure?.(error, retry);
      await sandbox.ready(engineWaitMs);
      if (retry >= engineRetries) throw error;
    }
  }
}
