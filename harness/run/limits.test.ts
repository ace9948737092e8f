import { expect, it } from 'vitest';
import { defaultLimits } from '../domain/limits.ts';
import type { TaskSpec } from '../domain/task.ts';
import { limitsFor } from './limits.ts';

const task = (
  environment: Partial<TaskSpec['environment']>,
): Pick<TaskSpec['environment'], 'cpus' | 'memoryMb' | 'storageMb'> => ({
  cpus: null,
  memoryMb: null,
  storageMb: null,
  ...environment,
});

it('takes the default where nobody says anything', () => {
  expect(limitsFor(task({}), {}, null)).toEqual(defaultLimits);
});

it('prefers the suite to the default, and the task to the suite, in both directions', () => {
  const suite = { cpus: 2, memory_mb: 1000, pids: 99, storage_mb: 77, tmp_mb: 5 };
  expect(limitsFor(task({}), suite, 30)).toEqual({
    cpus: 2,
    memoryMb: 1000,
    pids: 99,
    storageMb: 77,
    tmpMb: 5,
    timeoutSec: 30,
  });
  expect(limitsFor(task({ cpus: 4, memoryMb: 500, storageMb: 9000 }), suite, 30)).toMatchObject({
    cpus: 4,
    memoryMb: 500,
    storageMb: 9000,
  });
});
