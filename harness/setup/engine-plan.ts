/** What setting up has to know about this machine. Gathered in one place, so that the plan is a pure function of it. */
export interface SetupFacts {
  platform: NodeJS.Platform;
  /** Debian, Ubuntu or one of their kind, with apt-get. */
  debian: boolean;
  root: boolean;
  /** `sudo` works without a password. */
  sudo: boolean;
  /** DOCKER_HOST, when the user has named an engine. */
  dockerHost: string | null;
  engine: 'answers' | 'denied' | 'silent';
  /** The binary is installed. */
  dockerd: boolean;
  /** A daemon of this machine runs although it does not answer: it is starting, or it hangs. */
  daemonAlive: boolean;
  /** systemd runs this machine, and the engine is a service of it or will be once installed. */
  systemd: boolean;
  /** Some cgroup file system is mounted. */
  cgroups: boolean;
  /** The kernel enforces AppArmor profiles, but the program that loads them is missing. */
  appArmorParserMissing: boolean;
  git: boolean;
  /** mmdebstrap, which builds base images. */
  builder: boolean;
}

export type SetupStep =
  | { do: 'install'; packages: string[] }
  | { do: 'mount-cgroups' }
  | { do: 'start'; by: 'systemd' | 'dockerd' }
  | { do: 'wait' };

export type SetupPlan =
  | { steps: SetupStep[]; error?: undefined }
  | { steps?: undefined; error: { message: string; fix: string } };

/** What has to happen before containers can run here; an empty list when nothing has to. */
export function planSetup(facts: SetupFacts): SetupPlan {
  const mayInstall = facts.platform === 'linux' && facts.debian && (facts.root || facts.sudo);
  const packages = facts.git ? [] : ['git', 'ca-certificates'];
  const needsEngine = facts.engine !== 'answers' && !facts.daemonAlive;
  if (facts.engine !== 'answers') {
    const refusal = engineRefusal(facts, mayInstall);
    if (refusal !== null) return { error: refusal };
  }
  if (needsEngine && !facts.dockerd) packages.push('docker.io');
  if (needsEngine && facts.appArmorParserMissing) packages.push('apparmor');
  // The builder is worth installing only together with an engine, which then has no images yet; later on demand.
  if (needsEngine && !facts.dockerd && !facts.builder) packages.push('mmdebstrap', 'debian-archive-keyring');
  if (packages.length > 0 && !mayInstall) {
    return {
      error: { message: `missing: ${packages.join(', ')}`, fix: 'install it with your package manager' },
    };
  }

  const steps: SetupStep[] =
    packages.length > 0 ? [{ do: 'install', packages: [...new Set(packages)].sort() }] : [];
  if (facts.engine === 'answers') return { steps };
  if (facts.daemonAlive) return { steps: [...steps, { do: 'wait' }] };
  if (facts.systemd) return { steps: [...steps, { do: 'start', by: 'systemd' }] };
  if (!facts.cgroups) steps.push({ do: 'mount-cgroups' });
  return { steps: [...steps, { do: 'start', by: 'dockerd' }] };
}

/** Why no engine can be had without the user; null when one can. */
function engineRefusal(facts: SetupFacts, mayInstall: boolean): { message: string; fix: string } | null {
  if (facts.dockerHost !== null) {
    return {
      message: `the Docker engine at DOCKER_HOST=${facts.dockerHost} does not answer`,
      fix: 'start it, or unset DOCKER_HOST to use the engine of this machine',
    };
  }
  if (facts.engine === 'denied') {
    return {
      message: 'a Docker engine is here, but this user may not use it',
      fix: 'add the user to the group docker (sudo usermod -aG docker "$USER"), log in again, or start as root',
    };
  }
  if (facts.platform === 'darwin') {
    return {
      message: 'no Docker engine answers',
      fix: 'start Docker Desktop, OrbStack or Colima (brew install colima docker && colima start)',
    };
  }
  if (facts.platform !== 'linux') {
    return {
      message: 'no Docker engine answers',
      fix: 'install and start Docker Desktop, or work inside WSL 2',
    };
  }
  if (facts.dockerd || facts.daemonAlive) {
    if (facts.root || facts.sudo || facts.daemonAlive) return null;
    return {
      message: 'the Docker engine is installed but does not run',
      fix: 'start it: sudo systemctl start docker',
    };
  }
  if (mayInstall) return null;
  return {
    message: 'no Docker engine is installed',
    fix: facts.debian
      ? 'install it: sudo apt-get install docker.io mmdebstrap, or start as root'
      : 'install Docker Engine 20.10 or newer (https://docs.docker.com/engine/install/) and start it',
  };
}

/** What made a daemon end at once, read from the last lines of its log. */
export interface DaemonDiagnosis {
  cause: 'iptables' | 'storage' | 'cgroups' | 'privileges' | 'running' | 'space' | 'unknown';
  hint: string;
  /** What to try next, in order; each is tried once. */
  retries: DaemonRetry[];
}

/** `legacy-iptables` lets this daemon alone use the older packet filter; the rest are arguments. */
export type DaemonRetry = 'legacy-iptables' | 'no-iptables' | 'vfs';

/** Reads a dead daemon's last words; pure. */
export function diagnoseDaemon(log: string): DaemonDiagnosis {
  for (const { pattern, ...diagnosis } of DIAGNOSES) if (pattern.test(log)) return diagnosis;
  return { cause: 'unknown', hint: 'run `dockerd` in a terminal to see more', retries: [] };
}

const DIAGNOSES: readonly (DaemonDiagnosis & { pattern: RegExp })[] = [
  {
    cause: 'running',
    pattern: /pid file found|process with PID \d+ is still running|is docker already running/i,
    hint: 'another dockerd runs already but does not answer: look at it, or end it',
    retries: [],
  },
  {
    cause: 'space',
    pattern: /no space left on device|disk quota exceeded/i,
    hint: "free disk space in the engine's folder (usually /var/lib/docker)",
    retries: [],
  },
  {
    cause: 'privileges',
    pattern:
      /needs to be started with root|operation not permitted.*(mount|unshare|clone)|(mount|unshare|clone).*operation not permitted/i,
    hint: 'a Docker engine cannot run here: this container or user lacks the privileges (try a privileged container, or name another engine in DOCKER_HOST)',
    retries: [],
  },
  {
    cause: 'iptables',
    pattern:
      /iptables|ip6tables|nat chain|network controller|bridge.*(operation not supported|permission denied)/i,
    hint: 'the kernel offers no packet filter that dockerd can use; load ip_tables or nf_tables',
    retries: ['legacy-iptables', 'no-iptables'],
  },
  {
    cause: 'storage',
    pattern: /graphdriver|storage-driver|overlay.*(not supported|invalid argument)|driver not supported/i,
    hint: 'the file system below the engine bears no overlay; put its data folder on ext4 or xfs',
    retries: ['vfs'],
  },
  {
    cause: 'cgroups',
    pattern: /cgroup/i,
    hint: 'mount the cgroup file system (apt-get install cgroupfs-mount && cgroupfs-mount)',
    retries: [],
  },
];
