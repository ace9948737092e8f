import type { TaskSpec } from './task.ts';

type VerifierEnvironment = Pick<
  TaskSpec['environment'],
  'env' | 'healthcheck' | 'cpus' | 'memoryMb' | 'storageMb'
>;

/** What the task says of the container in which its tests run: the verifier's own environment, else the task's. */
export function verifierEnvironment({ environment, verifier }: TaskSpec): VerifierEnvironment {
  const { env, healthcheck, cpus, memoryMb, storageMb } = verifier.separate ?? environment;
  return { env, healthcheck, cpus, memoryMb, storageMb };
}
