import { expect, it } from 'vitest';
import { jestRunner } from './jest.ts';
import { nodeTestRunner } from './node-test.ts';
import { vitestRunner } from './vitest.ts';

it.each([vitestRunner, jestRunner, nodeTestRunner])(
  '$framework is laid out as root’s files',
  async (runner) => {
    const input = {
      workdir: '/app',
      files: ['test/a.test.js'],
      config: '/tests/config.js',
      integrity: false,
    };
    const plan = await runner.plan({ ...input, user: { uid: 1000, gid: 1000 } });
    const paths = plan.entries.map(({ path }) => path);
    expect(plan.command.slice(0, 3)).toEqual(['/bin/sh', '/opt/assay/node/start.sh', '/app']);
    for (const file of plan.command.slice(3).concat('/opt/assay/node/undump-x64.node'))
      expect(paths).toContain(file);
    const written = plan.entries.find(({ path }) => path.endsWith('/run.json'));
    expect(JSON.parse(String(written?.content))).toEqual(input);
    for (const { path, type, uid = 0, mode = 0 } of plan.entries) {
      expect(uid).toBe(0);
      expect(mode & 0o022).toBe(0);
      // A folder comes before what it holds.
      if (type === 'dir')
        expect(paths.findIndex((each) => each.startsWith(`${path}/`))).not.toBeLessThan(paths.indexOf(path));
    }
  },
);
