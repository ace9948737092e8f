/** One thing that was looked at. `fail` means that a run cannot work here, `warn` that it may work less well. */
export interface DoctorCheck {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  /** What to do about it. */
  fix?: string;
}

/** The part of the engine's own account of itself that matters here, as its API names it. */
export interface EngineInfo {
  ServerVersion?: string;
  Driver?: string;
  DockerRootDir?: string;
  CgroupDriver?: string;
  CgroupVersion?: string;
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
  NCPU?: number;
  MemTotal?: number;
  Runtimes?: Record<string, unknown>;
  DefaultRuntime?: string;
  SecurityOptions?: string[] | null;
  Warnings?: string[] | null;
  OSType?: string;
  SystemTime?: string;
}

const GIB = 1024 ** 3;

export function nodeCheck(version: string): DoctorCheck {
  const right = Number(version.replace(/^v/, '').split('.')[0]) >= 24;
  const base = { name: 'node', detail: version };
  return right ? { ...base, status: 'ok' } : { ...base, status: 'fail', fix: 'install Node 24 or newer' };
}

/** `version` is null when git could not be started; `sha256` whether it made a repository of that format. */
export function gitCheck(version: string | null, sha256: boolean): DoctorCheck {
  const fix = 'install git 2.36 or newer';
  if (version === null) return { name: 'git', status: 'fail', detail: 'not found', fix };
  if (!atLeast(version, 2, 36)) return { name: 'git', status: 'fail', detail: `${version} is too old`, fix };
  if (!sha256)
    return { name: 'git', status: 'fail', detail: `${version} cannot make SHA-256 repositories`, fix };
  return { name: 'git', status: 'ok', detail: `${version}, SHA-256 repositories` };
}

export function versionCheck(info: EngineInfo, endpoint: string, apiVersion: string): DoctorCheck {
  const version = info.ServerVersion ?? 'unknown';
  const detail = `${version} (API ${apiVersion}) at ${endpoint}`;
  if (info.OSType !== undefined && info.OSType !== 'linux') {
    return {
      name: 'engine',
      status: 'fail',
      detail: `${detail} runs ${info.OSType} containers`,
      fix: 'switch it to Linux containers',
    };
  }
  // Engines of other makes number themselves differently: the API's version is common to all. 1.41 came with 20.10.
  if (atLeast(apiVersion, 1, 41)) return { name: 'engine', status: 'ok', detail };
  return { name: 'engine', status: 'fail', detail, fix: 'install Docker Engine 20.10 or newer' };
}

export function storageCheck(info: EngineInfo): DoctorCheck {
  const driver = info.Driver ?? 'unknown';
  if (driver !== 'vfs') return { name: 'storage', status: 'ok', detail: driver };
  return {
    name: 'storage',
    status: 'warn',
    detail: 'vfs copies the whole image for every container: slow, and large',
    fix: "put the engine's data folder on ext4 or xfs, so that overlay2 works",
  };
}

/** Without these bounds one candidate can take the whole machine down. */
export function limitsCheck(info: EngineInfo): DoctorCheck {
  const missing = [
    ...(info.MemoryLimit === false ? ['memory'] : []),
    ...(info.PidsLimit === false ? ['pids'] : []),
    ...(info.CpuCfsQuota === false ? ['cpu'] : []),
  ];
  const cgroups = `cgroup v${info.CgroupVersion ?? '1'} (${info.CgroupDriver ?? 'unknown'})`;
  if (missing.length === 0)
    return { name: 'limits', status: 'ok', detail: `memory, pids and cpu; ${cgroups}` };
  return {
    name: 'limits',
    status: missing.includes('memory') || missing.includes('pids') ? 'fail' : 'warn',
    detail: `the engine cannot bound ${missing.join(', ')}; ${cgroups}`,
    fix: 'enable these cgroup controllers in the kernel, or use an engine that is not rootless on cgroup v1',
  };
}

export function warningsCheck(info: EngineInfo): DoctorCheck | null {
  const warnings = (info.Warnings ?? []).filter((text) => text.trim() !== '');
  if (warnings.length === 0) return null;
  return {
    name: 'engine warnings',
    status: 'warn',
    detail: warnings.map((text) => text.replace(/^WARNING: /, '')).join('; '),
  };
}

export function runtimesCheck(info: EngineInfo): DoctorCheck {
  const names = Object.keys(info.Runtimes ?? {}).filter((name) => !name.startsWith('io.containerd.'));
  const detail = `${names.join(', ')} (default ${info.DefaultRuntime ?? 'unknown'})`;
  if (names.includes('runsc')) return { name: 'runtimes', status: 'ok', detail };
  return {
    name: 'runtimes',
    status: 'ok',
    detail: `${detail}; gVisor's runsc, for stronger isolation, is not installed`,
  };
}

export function securityCheck(info: EngineInfo): DoctorCheck {
  const names = (info.SecurityOptions ?? []).map((option) => /name=([^,]+)/.exec(option)?.[1] ?? option);
  if (names.includes('seccomp')) return { name: 'security', status: 'ok', detail: names.join(', ') };
  return {
    name: 'security',
    status: 'warn',
    detail: `no seccomp filter (${names.join(', ') || 'nothing'}): containers may make every system call`,
    fix: 'use a kernel and an engine with seccomp, or the runtime runsc',
  };
}

/** `free` in bytes; `place` says whose disk it is. */
export function diskCheck(
  place: string,
  path: string,
  free: number,
  minimum: number,
  good: number,
): DoctorCheck {
  const detail = `${gib(free)} free at ${path}`;
  const name = `disk (${place})`;
  if (free >= good) return { name, status: 'ok', detail };
  return {
    name,
    status: free >= minimum ? 'warn' : 'fail',
    detail,
    fix: `free some: ${gib(good)} are comfortable`,
  };
}

export function capacityChecks(info: EngineInfo): DoctorCheck[] {
  const memory = info.MemTotal ?? 0;
  const cpus = info.NCPU ?? 0;
  return [
    memory >= 2 * GIB
      ? { name: 'memory', status: 'ok', detail: gib(memory) }
      : {
          name: 'memory',
          status: 'warn',
          detail: gib(memory),
          fix: 'give the engine 2 GiB or more, or run with --concurrency 1',
        },
    cpus >= 2
      ? { name: 'cpus', status: 'ok', detail: String(cpus) }
      : { name: 'cpus', status: 'warn', detail: String(cpus), fix: 'with one CPU, run with --concurrency 1' },
  ];
}

/** `answer` is null when the registry answered, else what was said instead. */
export function imagesCheck(registry: string, answer: string | null, builder: boolean): DoctorCheck {
  if (answer === null) return { name: 'images', status: 'ok', detail: `${registry} answers the engine` };
  const detail = `${registry} does not answer the engine (${answer})`;
  if (builder)
    return { name: 'images', status: 'ok', detail: `${detail}; base images are built from Debian packages` };
  return {
    name: 'images',
    status: 'warn',
    detail: `${detail}, and mmdebstrap is not installed: only images that are here already can be used`,
    fix: 'set ASSAY_REGISTRY_MIRROR=host[:port][/prefix], or on Debian: apt-get install mmdebstrap',
  };
}

/** Times in milliseconds since 1970; `asked` and `answered` bracket the moment the engine read its clock. */
export function clockCheck(engineTime: number | null, asked: number, answered: number): DoctorCheck {
  const date = new Date(answered).toISOString().slice(0, 10);
  const fix = 'set the clock (timedatectl set-ntp true)';
  if (answered < Date.UTC(2025, 0, 1))
    return { name: 'clock', status: 'fail', detail: `it is ${date} here`, fix };
  if (engineTime === null || Number.isNaN(engineTime)) {
    return { name: 'clock', status: 'warn', detail: `${date}; the engine does not tell its time` };
  }
  const skew = Math.max(asked - engineTime, engineTime - answered, 0) / 1000;
  if (skew < 5) return { name: 'clock', status: 'ok', detail: `${date}, the engine agrees` };
  return { name: 'clock', status: 'warn', detail: `the engine's clock is ${skew.toFixed(0)} s off`, fix };
}

export function leftoversCheck(containers: number): DoctorCheck {
  if (containers === 0) return { name: 'leftovers', status: 'ok', detail: 'no containers of ours' };
  return {
    name: 'leftovers',
    status: 'warn',
    detail: `${containers} container${containers === 1 ? '' : 's'} of ours`,
    fix: 'if no run goes on now, they are from a crash: the next run removes them',
  };
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [, first = '0', second = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
