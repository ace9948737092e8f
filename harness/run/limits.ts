import { defaultLimits, type Limits } from '../domain/limits.ts';
import type { SandboxOptions } from '../domain/suite.ts';
import type { TaskSpec } from '../domain/task.ts';

/** Bounds of a task's containers: the task's own word first, then the suite's, then the default. */
export function limitsFor(
  task: Pick<TaskSpec['environment'], 'cpus' | 'memoryMb' | 'storageMb'>,
  suite: SandboxOptions,
  timeoutSec: number | null,
): Limits {
  return {
    cpus: task.cpus ?? suite.cpus ?? defaultLimits.cpus,
    memoryMb: task.memoryMb ?? suite.memory_mb ?? defaultLimits.memoryMb,
    pids: suite.pids ?? defaultLimits.pids,
    storageMb: task.storageMb ?? suite.storage_mb ?? defaultLimits.storageMb,
    tmpMb: suite.tmp_mb ?? defaultLimits.tmpMb,
    timeoutSec: timeoutSec ?? defaultLimits.timeoutSec,
  };
}
