import { describe, expect, it } from 'vitest';
import { doctor, renderDoctor } from './doctor.ts';
import {
  capacityChecks,
  clockCheck,
  type DoctorCheck,
  diskCheck,
  gitCheck,
  imagesCheck,
  leftoversCheck,
  limitsCheck,
  nodeCheck,
  runtimesCheck,
  securityCheck,
  storageCheck,
  versionCheck,
  warningsCheck,
} from './doctor-checks.ts';

const GIB = 1024 ** 3;
const now = Date.UTC(2026, 5, 1);
const limits = {
  MemoryLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  CgroupVersion: '2',
  CgroupDriver: 'systemd',
};

const cases: {
  name: string;
  check: DoctorCheck | undefined;
  status: DoctorCheck['status'];
  detail: RegExp;
}[] = [
  { name: 'node', check: nodeCheck('v24.1.0'), status: 'ok', detail: /v24/ },
  { name: 'old node', check: nodeCheck('v22.18.0'), status: 'fail', detail: /v22/ },
  { name: 'git', check: gitCheck('2.39.5', true), status: 'ok', detail: /SHA-256/ },
  { name: 'old git', check: gitCheck('2.35.9', true), status: 'fail', detail: /too old/ },
  { name: 'no git', check: gitCheck(null, false), status: 'fail', detail: /not found/ },
  {
    name: 'git without SHA-256',
    check: gitCheck('2.50.0 (Apple Git-1)', false),
    status: 'fail',
    detail: /SHA-256/,
  },
  {
    name: 'engine',
    check: versionCheck({ ServerVersion: '28.1' }, 'unix:///s', '1.51'),
    status: 'ok',
    detail: /28\.1.*unix/,
  },
  {
    name: 'old engine',
    check: versionCheck({ ServerVersion: '19.3' }, 'unix:///s', '1.40'),
    status: 'fail',
    detail: /19\.3/,
  },
  {
    name: 'Windows engine',
    check: versionCheck({ OSType: 'windows' }, 'npipe', '1.45'),
    status: 'fail',
    detail: /windows/,
  },
  { name: 'overlay', check: storageCheck({ Driver: 'overlay2' }), status: 'ok', detail: /overlay2/ },
  { name: 'vfs', check: storageCheck({ Driver: 'vfs' }), status: 'warn', detail: /slow/ },
  { name: 'limits', check: limitsCheck(limits), status: 'ok', detail: /cgroup v2 \(systemd\)/ },
  { name: 'no pids', check: limitsCheck({ ...limits, PidsLimit: false }), status: 'fail', detail: /pids/ },
  {
    name: 'no memory',
    check: limitsCheck({ ...limits, MemoryLimit: false }),
    status: 'fail',
    detail: /memory/,
  },
  { name: 'no cpu', check: limitsCheck({ ...limits, CpuCfsQuota: false }), status: 'warn', detail: /cpu/ },
  {
    name: 'engine warnings',
    check: warningsCheck({ Warnings: ['WARNING: No swap limit support', ''] }) ?? undefined,
    status: 'warn',
    detail: /^No swap limit support$/,
  },
  {
    name: 'runsc',
    check: runtimesCheck({ Runtimes: { runc: {}, runsc: {} } }),
    status: 'ok',
    detail: /^runc, runsc/,
  },
  {
    name: 'runc alone',
    check: runtimesCheck({ Runtimes: { runc: {} } }),
    status: 'ok',
    detail: /not installed/,
  },
  {
    name: 'seccomp',
    check: securityCheck({ SecurityOptions: ['name=seccomp,profile=default'] }),
    status: 'ok',
    detail: /seccomp/,
  },
  {
    name: 'no seccomp',
    check: securityCheck({ SecurityOptions: null }),
    status: 'warn',
    detail: /no seccomp/,
  },
  {
    name: 'much disk',
    check: diskCheck('here', '/x', 50 * GIB, GIB, 5 * GIB),
    status: 'ok',
    detail: /50\.0 GiB/,
  },
  {
    name: 'some disk',
    check: diskCheck('here', '/x', 2 * GIB, GIB, 5 * GIB),
    status: 'warn',
    detail: /2\.0 GiB/,
  },
  {
    name: 'no disk',
    check: diskCheck('here', '/x', GIB / 2, GIB, 5 * GIB),
    status: 'fail',
    detail: /0\.5 GiB/,
  },
  {
    name: 'memory',
    check: capacityChecks({ MemTotal: 4 * GIB, NCPU: 4 })[0],
    status: 'ok',
    detail: /4\.0 GiB/,
  },
  {
    name: 'little memory',
    check: capacityChecks({ MemTotal: GIB, NCPU: 4 })[0],
    status: 'warn',
    detail: /1\.0 GiB/,
  },
  { name: 'one cpu', check: capacityChecks({ MemTotal: GIB, NCPU: 1 })[1], status: 'warn', detail: /1/ },
  { name: 'registry', check: imagesCheck('docker.io', null, false), status: 'ok', detail: /answers/ },
  {
    name: 'no registry, builder',
    check: imagesCheck('docker.io', 'no', true),
    status: 'ok',
    detail: /built from Debian/,
  },
  {
    name: 'no registry, no builder',
    check: imagesCheck('docker.io', 'no', false),
    status: 'warn',
    detail: /mmdebstrap/,
  },
  { name: 'clock', check: clockCheck(now + 40, now, now + 90), status: 'ok', detail: /2026-06-01/ },
  {
    name: 'slow answer is no skew',
    check: clockCheck(now, now - 9000, now + 9000),
    status: 'ok',
    detail: /agrees/,
  },
  { name: 'skew', check: clockCheck(now - 60_000, now, now + 10), status: 'warn', detail: /60 s off/ },
  { name: 'other skew', check: clockCheck(now + 60_000, now, now + 10), status: 'warn', detail: /60 s off/ },
  { name: 'the year 1970', check: clockCheck(0, 0, 10), status: 'fail', detail: /1970/ },
  {
    name: 'engine without a clock',
    check: clockCheck(Number.NaN, now, now),
    status: 'warn',
    detail: /does not tell/,
  },
  { name: 'clean', check: leftoversCheck(0), status: 'ok', detail: /no containers/ },
  { name: 'leftovers', check: leftoversCheck(2), status: 'warn', detail: /2 containers/ },
];

describe('checks', () => {
  it.each(cases)('$name', ({ check, status, detail }) => {
    expect(check?.status).toBe(status);
    expect(check?.detail).toMatch(detail);
    if (status === 'fail') expect(check?.fix).toBeTruthy();
  });
});

describe('doctor', () => {
  it('looks at this machine, and its report survives JSON', async () => {
    const report = await doctor();
    const names = report.checks.map((check) => check.name);
    expect(names).toEqual(
      expect.arrayContaining(['node', 'git', 'engine', 'limits', 'images', 'clock', 'leftovers']),
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('reports an engine that does not answer as a failed check', async () => {
    const report = await doctor({ ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    const engine = report.checks.find((check) => check.name === 'engine');
    expect(engine).toMatchObject({ status: 'fail', detail: expect.stringContaining('/nowhere/docker.sock') });
  });
});

describe('renderDoctor', () => {
  it('puts the remedy below the check and counts', () => {
    const checks: DoctorCheck[] = [
      { name: 'git', status: 'ok', detail: '2.39' },
      { name: 'engine', status: 'fail', detail: 'none', fix: 'start it' },
    ];
    expect(renderDoctor({ checks })).toBe(
      [
        'ok    git     2.39',
        'FAIL  engine  none',
        '              -> start it',
        '',
        '1 fine, 0 to know of, 1 in the way',
        '',
      ].join('\n'),
    );
  });
});
