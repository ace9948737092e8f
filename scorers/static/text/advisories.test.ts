import { describe, expect, it } from 'vitest';
import { ToolFailure } from '../tool.ts';
import { cvssBaseScore } from './advisories/cvss.ts';
import { advisories } from './advisories.ts';

type Data = unknown;

function analyse(path: string, text: string, ...data: Data[]) {
  const files = new Map(
    data.map((each, index) => [
      `data-${index}.json`,
      Buffer.from(typeof each === 'string' ? each : JSON.stringify(each)),
    ]),
  );
  return advisories.analyse(
    { path, text },
    {
      options: advisories.options.parse({ osv: [...files.keys()] }),
      suiteFile: (file) => files.get(file) ?? null,
    },
  );
}

const short = (...parts: Parameters<typeof analyse>) =>
  analyse(...parts).findings.map(({ rule, level, startLine, message, security }) =>
    [startLine, rule, level, security, message].join(' | '),
  );

const osv = (ecosystem: string, name: string, events: readonly object[], more: object = {}) => ({
  id: 'GHSA-aaaa-bbbb-cccc',
  summary: 'it breaks',
  affected: [{ package: { ecosystem, name }, ranges: [{ type: 'SEMVER', events }] }],
  database_specific: { severity: 'HIGH' },
  ...more,
});

const npmLock = (packages: Record<string, object>) =>
  JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'own' }, ...packages } }, null, 1);

const upTo = (fixed: string) => [{ introduced: '0' }, { fixed }];

describe('locks', () => {
  it.each([
    [
      'package-lock.json',
      npmLock({ 'node_modules/a/node_modules/@s/b': { version: '1.2.3' } }),
      'npm',
      '@s/b',
      7,
    ],
    [
      'npm-shrinkwrap.json',
      npmLock({ 'node_modules/c': { name: '@s/b', version: '1.2.3' } }),
      'npm',
      '@s/b',
      8,
    ],
    ['sub/yarn.lock', '# yarn lockfile v1\n\n\n"@s/b@^1.0.0":\n  version "1.2.3"\n', 'npm', '@s/b', 4],
    [
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  '@s/b@1.2.3':\n    resolution: {integrity: sha512-x}\n",
      'npm',
      '@s/b',
      3,
    ],
    [
      'requirements-dev.txt',
      '# c\nFoo_Bar[x]==1.2.3 ; python_version > "3" # d\nother>=1\n',
      'PyPI',
      'foo-bar',
      2,
    ],
    ['poetry.lock', '[[package]]\nname = "foo-bar"\nversion = "1.2.3"\nfiles = []\n', 'PyPI', 'foo-bar', 2],
    [
      'uv.lock',
      'version = 1\n[[package]]\nname = "foo-bar"\nversion = "1.2.3"\nsource = { registry = "x" }\n',
      'PyPI',
      'Foo_Bar',
      3,
    ],
    ['Pipfile.lock', '{"default": {"foo-bar": {"version": "==1.2.3"}}, "develop": {}}', 'PyPI', 'foo-bar', 1],
    [
      'Cargo.lock',
      'version = 3\n[[package]]\nname = "foo"\nversion = "1.2.3"\nsource = "registry+x"\n',
      'crates.io',
      'foo',
      3,
    ],
    [
      'go.sum',
      'example.org/x/y v1.2.3 h1:aaaa=\nexample.org/x/y v1.2.3/go.mod h1:bbbb=\n',
      'Go',
      'example.org/x/y',
      1,
    ],
  ])('%s', (path, text, ecosystem, name, line) => {
    const name2 = ecosystem === 'PyPI' ? 'foo-bar' : name;
    const found = short(path, text, osv(ecosystem, name, upTo('1.2.4')));
    expect(found.map((each) => each.toLowerCase())).toEqual([
      `${line} | ghsa-aaaa-bbbb-cccc | error | 8 | ${name2} 1.2.3: it breaks`,
    ]);
    expect(short(path, text, osv(ecosystem, name, upTo('1.2.3')))).toEqual([]);
    expect(short(path, text, osv(ecosystem, `${name}x`, upTo('2.0.0')))).toEqual([]);
  });

  it('of no ecosystem that an advisory speaks of are let be', () => {
    expect(
      short('poetry.lock', '[[package]]\nname = "a"\nversion = "1"\n', osv('npm', 'a', upTo('9.0.0'))),
    ).toEqual([]);
    expect(short('Cargo.lock', '', osv('Maven', 'a', upTo('9.0.0')))).toEqual([]);
  });

  it.each([
    ['package-lock.json', '{"lockfileVersion": 3, "packages": {'],
    ['package-lock.json', '<<<<<<< HEAD'],
    ['yarn.lock', '"'],
    ['poetry.lock', '[[package]\nname'],
    ['Pipfile.lock', '[]'],
    ['pnpm-lock.yaml', 'a: [1'],
    ['package-lock.json', '['.repeat(500_000)],
    ['Cargo.lock', `a = ${'['.repeat(20_000)}`],
  ])('that cannot be read are a finding: %s', (path, text) => {
    const { findings } = analyse(path, text, osv('npm', 'a', upTo('1.0.0')));
    expect(findings.map(({ rule, level }) => `${rule} ${level}`)).toEqual(['unreadable-lock error']);
  });
});

describe('ranges', () => {
  const isFound = (ecosystem: string, version: string, affected: object) => {
    const text = ecosystem === 'PyPI' ? `a==${version}\n` : npmLock({ 'node_modules/a': { version } });
    const path = ecosystem === 'PyPI' ? 'requirements.txt' : 'package-lock.json';
    const record = { id: 'X-1', affected: [{ package: { ecosystem, name: 'a' }, ...affected }] };
    return short(path, text, record).length > 0;
  };
  const range = (...events: object[]) => ({ ranges: [{ type: 'ECOSYSTEM', events }] });

  it.each([
    ['npm', '1.5.0', range({ introduced: '1.0.0' }, { fixed: '2.0.0' }), true],
    ['npm', '0.9.0', range({ introduced: '1.0.0' }, { fixed: '2.0.0' }), false],
    ['npm', '2.0.0-rc.1', range({ introduced: '1.0.0' }, { fixed: '2.0.0' }), true],
    ['npm', '2.0.0', range({ introduced: '0' }, { last_affected: '2.0.0' }), true],
    ['npm', '2.0.1', range({ introduced: '0' }, { last_affected: '2.0.0' }), false],
    ['npm', '3.1.0', range({ fixed: '2.0.0' }, { introduced: '0' }, { introduced: '3.0.0' }), true],
    ['npm', '2.5.0', range({ introduced: '3.0.0' }, { introduced: '0' }, { fixed: '2.0.0' }), false],
    ['npm', '9.9.9', range({ introduced: '0' }), true],
    ['npm', '1.0.0', { versions: ['1.0.0'] }, true],
    ['npm', '1.0.1', { versions: ['1.0.0'] }, false],
    ['npm', '1.0.0', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }, false],
    ['npm', 'file:../x', range({ introduced: '0' }), false],
    ['PyPI', '1.0rc1', range({ introduced: '0' }, { fixed: '1.0' }), true],
    ['PyPI', '1.0.post1', range({ introduced: '0' }, { fixed: '1.0' }), false],
    ['PyPI', '1!0.1', range({ introduced: '2' }), true],
    ['PyPI', '1.10', range({ introduced: '1.9' }, { fixed: '1.11' }), true],
  ])('%s %s in %j: %s', (ecosystem, version, affected, expected) => {
    expect(isFound(ecosystem, version, affected)).toBe(expected);
  });

  it('does not compare endless versions', () => {
    const version = `1.${'1'.repeat(500_000)}`;
    expect(isFound('npm', version, range({ introduced: '0' }))).toBe(false);
    expect(isFound('PyPI', `${'1.'.repeat(200_000)}1`, range({ introduced: '0' }))).toBe(false);
  });
});

describe('severity', () => {
  const lock = npmLock({ 'node_modules/a': { version: '1.0.0' } });
  const of = (more: object) => {
    const [finding] = analyse(
      'package-lock.json',
      lock,
      osv('npm', 'a', upTo('2.0.0'), { database_specific: {}, ...more }),
    ).findings;
    return `${finding?.level} ${finding?.security}`;
  };

  it.each([
    [{ database_specific: { severity: 'CRITICAL' } }, 'error 9.5'],
    [{ database_specific: { severity: 'MODERATE' } }, 'warning 5.5'],
    [{ database_specific: { severity: 'LOW' } }, 'note 2.5'],
    [{ severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }] }, 'error 9.8'],
    [{ severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N' }] }, 'note 1.8'],
    [{ severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N' }] }, 'warning null'],
    [{}, 'warning null'],
    [{ id: 'MAL-2025-1' }, 'error 10'],
  ])('%j: %s', (more, expected) => {
    expect(of(more)).toBe(expected);
  });

  it('is not given by what was withdrawn', () => {
    expect(of({ withdrawn: '2024-01-01T00:00:00Z' })).toBe('undefined undefined');
  });

  // Vectors of public advisories with the scores that their databases publish.
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N', 5.5],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
    ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N', 0],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H', null],
    ['CVSS:3.1/AV:__proto__/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', null],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P', null],
    ['', null],
  ])('CVSS %s: %s', (vector, score) => {
    expect(cvssBaseScore(vector)).toBe(score);
  });
});

describe('data', () => {
  const lock = npmLock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } });
  const [one, two] = [osv('npm', 'a', upTo('2.0.0')), osv('npm', 'b', upTo('2.0.0'), { id: 'X-2' })];

  it.each([
    ['a list', [one, two]],
    ['one a line', `${JSON.stringify(one)}\n\n${JSON.stringify(two)}\n`],
  ])('%s', (_, data) => {
    expect(analyse('package-lock.json', lock, data).findings.map(({ rule }) => rule)).toEqual([
      'GHSA-aaaa-bbbb-cccc',
      'X-2',
    ]);
  });

  it('of several files', () => {
    expect(analyse('package-lock.json', lock, one, two).findings).toHaveLength(2);
    expect(analyse('package-lock.json', lock, one, two).measures).toEqual({ locked_packages: 2 });
  });

  it('of npm audit', () => {
    const via = {
      source: 1,
      name: 'a',
      title: 'bad',
      url: 'https://github.com/advisories/GHSA-xxxx-yyyy-zzzz',
      severity: 'moderate',
      cvss: { score: 5.3 },
      range: '<1.0.1',
    };
    const report = { auditReportVersion: 2, vulnerabilities: { a: { via: [via] }, c: { via: ['a'] } } };
    expect(short('package-lock.json', lock, report)).toEqual([
      '7 | GHSA-xxxx-yyyy-zzzz | warning | 5.3 | a 1.0.0: bad',
    ]);
    expect(short('package-lock.json', lock.replaceAll('1.0.0', '1.0.1'), report)).toEqual([]);
  });

  it.each([
    ['', /has no advisory/],
    [[], /has no advisory/],
    ['{"id": 1}', /record 1 is no record of OSV: id/],
    [`${JSON.stringify(one)}\nbroken\n`, /line 2 is no JSON/],
    ['{"auditReportVersion": 2, "vulnerabilities": {"a": {"via": [{}]}}}', /no record of OSV/],
  ])('that is none fails: %j', (data, reason) => {
    expect(() => analyse('package-lock.json', lock, data)).toThrow(ToolFailure);
    expect(() => analyse('package-lock.json', lock, data)).toThrow(reason);
  });

  it('must be named and be there', () => {
    const input = (osv: string[]) => ({ options: { osv }, suiteFile: () => null });
    const file = { path: 'package-lock.json', text: lock };
    expect(advisories.options.safeParse({}).success).toBe(false);
    expect(advisories.options.safeParse({ osv: [] }).success).toBe(false);
    expect(() => advisories.analyse(file, input(['x.json']))).toThrow(/the suite has no file x\.json/);
  });

  it('survives names that are properties of objects', () => {
    const text =
      '{"lockfileVersion": 3, "packages": {"node_modules/__proto__": {"version": "1.0.0"}, "node_modules/constructor": {"version": "1.0.0"}}}';
    expect(short('package-lock.json', text, [one, osv('npm', '__proto__', upTo('2.0.0'))])).toHaveLength(1);
  });
});
