import { z } from 'zod';

/** Bounds of one container. Units: CPUs, MiB, processes, seconds. */
export const Limits = z.strictObject({
  cpus: z.number().positive().max(1024),
  memoryMb: z.number().int().positive(),
  pids: z.number().int().positive(),
  /** Bound of what the container may write to its own layer. */
  storageMb: z.number().int().positive(),
  /** Size of the memory-backed /tmp. */
  tmpMb: z.number().int().positive(),
  timeoutSec: z.number().positive(),
});
export type Limits = z.infer<typeof Limits>;

/** What holds where neither suite nor task says otherwise. */
export const defaultLimits: Limits = {
  cpus: 1,
  memoryMb: 2048,
  pids: 512,
  storageMb: 4096,
  tmpMb: 512,
  timeoutSec: 600,
};

/** Bounds of what is taken from a candidate's workspace. */
export const IngestLimits = z.strictObject({
  maxFiles: z.number().int().positive(),
  maxBytes: z.number().int().positive(),
  maxFileBytes: z.number().int().positive(),
  maxPathBytes: z.number().int().positive(),
});
export type IngestLimits = z.infer<typeof IngestLimits>;

export const defaultIngestLimits: IngestLimits = {
  maxFiles: 200_000,
  maxBytes: 2 * 1024 ** 3,
  maxFileBytes: 256 * 1024 ** 2,
  maxPathBytes: 4096,
};
