import { z } from 'zod';
import { normalProject } from './package-ref.ts';
import type { Arch } from './pins.ts';

/** One file that a PyPI tool is made of. */
const PinnedWheel = z.strictObject({
  project: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  version: z.string().min(1),
  filename: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+!-]*\.whl$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type PinnedWheel = z.infer<typeof PinnedWheel>;

/** `wheels.json`: for all architectures; those that do not fit are left out when it is installed. */
export const PinnedWheels = z.array(PinnedWheel).min(1);

interface WheelName {
  /** As PEP 503 spells it. */
  project: string;
  version: string;
  pythons: readonly string[];
  abis: readonly string[];
  platforms: readonly string[];
}

/** `{project}-{version}(-{build})?-{python}-{abi}-{platform}.whl`; null for what is no wheel's name. */
export function parseWheelName(filename: string): WheelName | null {
  if (!filename.endsWith('.whl')) return null;
  const parts = filename.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) return null;
  const [project = '', version = ''] = parts;
  const [pythons, abis, platforms] = parts.slice(-3).map((tags) => tags.split('.'));
  if (project === '' || version === '' || !pythons || !abis || !platforms) return null;
  return { project: normalProject(project), version, pythons, abis, platforms };
}

const machines: Readonly<Record<Arch, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Whether a wheel's platform is Linux of the architecture with glibc, or any. */
export function fitsPlatform({ platforms }: WheelName, arch: Arch): boolean {
  return platforms.some(
    (tag) => tag === 'any' || (/^(manylinux.*|linux)_/.test(tag) && tag.endsWith(`_${machines[arch]}`)),
  );
}

/** Interpreters that a package which comes as compiled wheels is installed for, all in one folder. */
const interpreters = ['cp310', 'cp311', 'cp312', 'cp313', 'cp314'];

/**
 * The wheels of one release that are installed, of those that fit the platform: the one that runs on every Python 3, or
 * else one per interpreter, laid over each other.
 */
export function chooseWheels(filenames: readonly string[], arch: Arch): string[] {
  const wheels = filenames.flatMap((filename) => {
    const name = parseWheelName(filename);
    return name !== null && fitsPlatform(name, arch) ? [{ filename, name }] : [];
  });
  // The oldest C library first: it runs on the most images.
  wheels.sort((a, b) => glibc(a.name) - glibc(b.name) || (a.filename < b.filename ? -1 : 1));
  const first = (fits: (name: WheelName) => boolean) => wheels.filter(({ name }) => fits(name)).slice(0, 1);
  const universal = first(({ pythons, abis }) => pythons.includes('py3') && abis.includes('none'));
  const found =
    universal.length > 0
      ? universal
      : interpreters.flatMap((tag) =>
          first(({ pythons, abis }) => pythons.includes(tag) && fitsAbi(abis, tag)),
        );
  const stable = found.length > 0 ? found : first(({ abis }) => abis.includes('abi3'));
  return [...new Set(stable.map(({ filename }) => filename))];
}

function fitsAbi(abis: readonly string[], tag: string): boolean {
  return abis.includes(tag) || abis.includes('none');
}

/** Minor version of the oldest glibc that it runs with. */
function glibc({ platforms }: WheelName): number {
  const minors = platforms.map((tag) => Number(/^manylinux_2_(\d+)_/.exec(tag)?.[1] ?? legacyGlibc(tag)));
  return Math.min(...minors);
}

function legacyGlibc(tag: string): number {
  if (tag.startsWith('manylinux1_')) return 5;
  if (tag.startsWith('manylinux2010_')) return 12;
  if (tag.startsWith('manylinux2014_')) return 17;
  return 0;
}
