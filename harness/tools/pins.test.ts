import { expect, it } from 'vitest';
import { z } from 'zod';
import { declarationOf, lockText, pinnedTools, pinOf } from './pins.ts';
import { fitsPlatform, PinnedWheels, parseWheelName } from './wheel-name.ts';

const Lock = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      optional: z.boolean().optional(),
      os: z.array(z.string()).or(z.string()).optional(),
    }),
  ),
});

const npmTools = pinnedTools.filter((name) => declarationOf(name).ecosystem === 'npm');
const pypiTools = pinnedTools.filter((name) => declarationOf(name).ecosystem === 'pypi');

it.each(npmTools)('the lock of %s names its version and the content of all that Linux needs', (name) => {
  const { package: main, version } = declarationOf(name);
  const { '': _, ...packages } = Lock.parse(JSON.parse(lockText(name))).packages;
  expect(packages[`node_modules/${main}`]?.version).toBe(version);
  for (const [path, entry] of Object.entries(packages)) {
    expect(entry.resolved, path).toBeUndefined();
    if (entry.os === undefined || [entry.os].flat().includes('linux')) {
      // What runs on neither x64 nor arm64 with glibc is never installed.
      if (!/musl|arm-|ppc64|riscv|s390x/.test(path)) expect(entry.integrity, path).toMatch(/^sha512-/);
    }
  }
});

it.each(pypiTools)('the lock of %s names its version, and wheels for both architectures', (name) => {
  const { package: main, version } = declarationOf(name);
  const wheels = PinnedWheels.parse(JSON.parse(lockText(name)));
  expect(wheels.find(({ project }) => project === main)?.version).toBe(version);
  for (const wheel of wheels) {
    const parsed = parseWheelName(wheel.filename);
    expect(parsed).toMatchObject({ project: wheel.project, version: wheel.version });
    for (const arch of ['x64', 'arm64'] as const) {
      const fitting = wheels.filter(({ project, filename }) => {
        const other = parseWheelName(filename);
        return project === wheel.project && other !== null && fitsPlatform(other, arch);
      });
      expect(fitting, `${wheel.project} on ${arch}`).not.toEqual([]);
    }
  }
});

it('a pin says what a tool is, without installing it', () => {
  const pins = pinnedTools.map(pinOf);
  expect(new Set(pins.map(({ digest }) => digest)).size).toBe(pinnedTools.length);
  expect(pinOf('node')).toMatchObject({ name: 'node', version: declarationOf('node').version });
  expect(() => pinOf('constructor')).toThrow(TypeError);
});
