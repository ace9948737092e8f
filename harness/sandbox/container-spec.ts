import type Dockerode from 'dockerode';
import type { EngineHost } from './engine-host.ts';
import type { ContainerRequest } from './sandbox.ts';

const mib = 1024 * 1024;

/** What a container's options depend on besides the request. */
export interface SpecContext {
  host: EngineHost;
  /** Name of the network, `none`, or `container:<id>`. */
  network: string;
  /** Paths that the image declares as volumes. */
  volumes: readonly string[];
  labels: Record<string, string>;
}

/**
 * A request as the engine's create options, hardened: no capability, no new privileges, no swap, no core dumps, its own
 * IPC, and a bound on processes, memory, CPU, open files, single files and every memory-backed folder.
 */
export function containerSpec(
  request: ContainerRequest<unknown>,
  context: SpecContext,
): Dockerode.ContainerCreateOptions {
  const { limits, user } = request;
  const { host } = context;
  // The engine refuses less than 6 MiB.
  const memory = Math.max(6, limits.memoryMb) * mib;
  const owned = `uid=${user.uid},gid=${user.gid}`;
  const hasStdin = request.stdin !== undefined || request.converse !== undefined;
  const joins = typeof request.network === 'object';
  return {
    Image: request.image,
    ...(joins ? { Entrypoint: [...request.command] } : { Cmd: [...request.command] }),
    Env: Object.entries(request.env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: request.workdir,
    User: `${user.uid}:${user.gid}`,
    // A random name would differ between two equal runs; who joins a network has the name that it has there.
    ...(joins ? {} : { Hostname: 'assay' }),
    Labels: context.labels,
    AttachStdin: hasStdin,
    OpenStdin: hasStdin,
    StdinOnce: hasStdin,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    // The image's own check would run commands that nobody asked for.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...(host.chosenRuntime === null ? {} : { Runtime: host.chosenRuntime }),
      NetworkMode: context.network,
      Init: host.hasInit,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      IpcMode: 'private',
      PidsLimit: limits.pids,
      Memory: memory,
      MemorySwap: memory,
      // The engine refuses more than the machine has.
      ...(host.canBoundCpu
        ? { NanoCpus: Math.round(Math.min(host.cpus, Math.max(0.01, limits.cpus)) * 1e9) }
        : {}),
      // When the machine itself runs out of memory, these go first and not the engine.
      OomScoreAdj: 500,
      Ulimits: [
        // An engine without the right to raise limits cannot give more than it has itself.
        { Name: 'nofile', Soft: 16_384, Hard: 16_384 },
        { Name: 'core', Soft: 0, Hard: 0 },
        // One step above the bound, so that a file that hits it is also seen as too much.
        { Name: 'fsize', Soft: (limits.storageMb + 1) * mib, Hard: (limits.storageMb + 1) * mib },
      ],
      Tmpfs: {
        // Declared volumes would be folders on the host without any bound.
        ...Object.fromEntries(
          context.volumes.map((path) => [
            path,
            `rw,exec,nosuid,nodev,size=${limits.tmpMb}m,mode=0755,${owned}`,
          ]),
        ),
        '/tmp': `rw,exec,nosuid,nodev,size=${limits.tmpMb}m,mode=1777`,
      },
      // Not as `Binds`: those make a folder on the host where there is none.
      ...(request.mounts === undefined || request.mounts.length === 0
        ? {}
        : {
            Mounts: request.mounts.map(({ source, target }) => ({
              Type: 'bind' as const,
              Source: source,
              Target: target,
              ReadOnly: true,
            })),
          }),
      ShmSize: Math.min(64, limits.memoryMb) * mib,
      LogConfig: { Type: 'none', Config: {} },
      AutoRemove: false,
      // Behind the watcher's bound: the file system's own is the last resort where it has one.
      ...(host.storageQuota ? { StorageOpt: { size: `${Math.ceil(limits.storageMb * 1.25) + 64}m` } } : {}),
    },
  };
}
