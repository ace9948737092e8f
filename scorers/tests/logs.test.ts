import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { readLogs, type WantedLogs } from './logs.ts';
import { reportLimits } from './parse/result.ts';

type Member = [path: string, content: string | Buffer | { link: string }];

/** What is found of a log folder that holds these files. */
async function found(members: readonly Member[], wanted?: WantedLogs) {
  const tar = pack();
  tar.entry({ name: 'verifier/', type: 'directory' });
  const sent = (async () => {
    for (const [path, content] of members) {
      const name = `verifier/${path}`;
      await new Promise<void>((resolve) => {
        if (typeof content === 'object' && 'link' in content)
          tar.entry({ name, type: 'symlink', linkname: content.link }, () => resolve());
        else tar.entry({ name }, content, () => resolve());
      });
    }
    tar.finalize();
  })();
  const logs = await readLogs(tar as unknown as Parameters<typeof readLogs>[0], wanted);
  if (logs.problem === null) await sent;
  return logs;
}
const paths = async (...from: Parameters<typeof found>) =>
  (await found(...from)).files.map((file) =>
    'problem' in file ? `${file.path}: ${file.problem}` : file.path,
  );

const jest = '{"numTotalTests":0,"numPassedTests":0,"numFailedTests":0,"testResults":[]}';
const big = (start: string) => Buffer.alloc(reportLimits.bytes + 1, ' ').fill(start, 0, start.length);

describe('readLogs', () => {
  const folder: Member[] = [
    ['reward.txt', '1'],
    ['junit.xml', '<testsuites/>'],
    ['coverage.xml', '<coverage/>'],
    ['results.json', jest],
    ['package.json', '{"name":"x"}'],
    ['out.jsonl', '{"Action":"start","Package":"p"}\n'],
    ['log.txt', 'x'],
    ['deep/a.tap', '1..0'],
  ];

  it('finds rewards and reports, the latter by name or by content', async () => {
    expect(await paths(folder)).toEqual([
      'deep/a.tap',
      'junit.xml',
      'out.jsonl',
      'results.json',
      'reward.txt',
    ]);
  });

  it('finds the report that the task names, and no other', async () => {
    const report = { format: 'jest-json', path: './deep/../log.txt' } as const;
    expect(await paths(folder, { report })).toEqual(['log.txt', 'reward.txt']);
    expect(await paths(folder, { report: { format: 'exit-code', path: null } })).toEqual(['reward.txt']);
    expect(await paths(folder, { report: { format: 'jest-json', path: null } })).toContain('results.json');
    expect(await paths(folder, { only: 'package.json' })).toEqual(['package.json']);
  });

  it('minds a link in place of a report, not one in place of any JSON', async () => {
    const links: Member[] = ['ctrf.json', 'a.json', 'x.log'].map((path) => [path, { link: '/etc/passwd' }]);
    const problem = 'it is a symbolic link, not a regular file';
    expect(await paths(links)).toEqual([`ctrf.json: ${problem}`]);
    expect(await paths(links, { report: { format: 'tap', path: 'x.log' } })).toEqual([`x.log: ${problem}`]);
    expect(await paths(links, { only: 'a.json' })).toEqual([`a.json: ${problem}`]);
  });

  it('refuses a report that is too large, and passes over what is none, however large', async () => {
    const files: Member[] = [
      ['a.json', big('{"name":"x"}')],
      ['b.json', big(jest)],
      ['c.xml', big('<coverage>')],
      ['d.xml', big('<testsuite>')],
      ['e.tap', big('1..0')],
    ];
    expect(await paths(files)).toEqual(
      ['b.json', 'd.xml', 'e.tap'].map((path) => `${path}: it is too large`),
    );
    expect(await paths(files, { report: { format: 'junit', path: 'c.xml' } })).toEqual([
      'c.xml: it is too large',
    ]);
  });

  it('refuses more reports than it can hold, but not more of anything else', async () => {
    const half = Buffer.alloc(reportLimits.bytes, ' ');
    const three = (extension: string) => [1, 2, 3].map((n): Member => [`${n}.${extension}`, half]);
    expect(await found(three('json'))).toEqual({ files: [], problem: null });
    expect((await found(three('tap'))).problem).toContain('larger than 32 MiB');
  });
});
