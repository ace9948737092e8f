import type Dockerode from 'dockerode';
import { inputError } from '../domain/errors.ts';
import { asking } from './engine-errors.ts';

/** What the engine and its machine can do, as far as containers' options depend on it. */
export interface EngineHost {
  version: string;
  /** The runtime containers use, by the engine's name for it. */
  runtime: string;
  /** The same where it was asked for; null: the engine's default. */
  chosenRuntime: string | null;
  cpus: number;
  /** Some kernels and rootless engines cannot; asking them all the same is an error. */
  canBoundCpu: boolean;
  /** Bounds of a container that this engine does not enforce, in words. */
  unenforced: string[];
  /** The engine has a small init to put in front of commands, so that zombies are reaped. */
  hasInit: boolean;
  /** Worth trying to bound a container's layer by the file system; turned off at the first refusal. */
  storageQuota: boolean;
}

interface EngineInfo {
  ServerVersion?: string;
  DefaultRuntime?: string;
  Runtimes?: Record<string, unknown>;
  NCPU?: number;
  OSType?: string;
  InitCommit?: { ID?: string };
  Driver?: string;
  DriverStatus?: [string, string][] | null;
  CpuCfsQuota?: boolean;
  MemoryLimit?: boolean;
  SwapLimit?: boolean;
  PidsLimit?: boolean;
}

/** Asks the engine. Throws `input` for a runtime that it does not have, and for an engine of Windows containers. */
export async function readEngineHost(docker: Dockerode, runtime: string | null): Promise<EngineHost> {
  const info = await asking<EngineInfo>('ask the container engine what it is', () => docker.info());
  const runtimes = Object.keys(info.Runtimes ?? {});
  if (info.OSType !== undefined && info.OSType !== 'linux')
    throw inputError(`the container engine runs ${info.OSType} containers`, {
      fix: 'switch it to Linux containers',
    });
  if (runtime !== null && !runtimes.includes(runtime))
    throw inputError(`the container engine has no runtime '${runtime}' (it has: ${runtimes.join(', ')})`, {
      fix: `install it and register it in the engine's daemon.json, or leave 'runtime' out of the suite`,
    });
  const backing = info.DriverStatus?.find(([name]) => name === 'Backing Filesystem')?.[1];
  return {
    version: info.ServerVersion ?? 'unknown',
    runtime: runtime ?? info.DefaultRuntime ?? 'runc',
    chosenRuntime: runtime,
    cpus: Math.max(1, info.NCPU ?? 1),
    canBoundCpu: info.CpuCfsQuota !== false,
    unenforced: [
      info.CpuCfsQuota === false ? 'processors' : '',
      info.MemoryLimit === false ? 'memory' : '',
      info.SwapLimit === false ? 'swap' : '',
      info.PidsLimit === false ? 'processes' : '',
    ].filter((bound) => bound !== ''),
    // The engine writes N/A where it did not find the program.
    hasInit: info.InitCommit?.ID !== 'N/A',
    storageQuota: info.Driver === 'overlay2' && backing === 'xfs',
  };
}
