import { expect, it } from 'vitest';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import { leftOut, ownFolders } from './left-out.ts';

const laid: LayerEntry[] = [
  { path: '/opt/tool/agent.sh', type: 'file' },
  { path: '/solution', type: 'dir' },
  { path: '/srv', type: 'dir' },
];

it('what the engine, the harness and the tests bring is no part of a state', () => {
  const paths = [
    ...[
      '/tmp/x',
      '/proc',
      '/logs/agent/log',
      '/tests/conftest.py',
      '/solution/solve.sh',
      '/opt/assay/run.sh',
    ],
    ...['/etc/hosts', '/usr/sbin/docker-init', '/opt/tool/agent.sh'],
  ];
  expect(paths.filter(leftOut(laid))).toEqual(paths);
  const others = [
    '/',
    '/tmpx',
    '/etc/hosts.allow',
    '/opt',
    '/opt/tool',
    '/opt/tool/other',
    '/srv',
    '/srv/x',
    '/var/log',
  ];
  expect(others.filter(leftOut(laid))).toEqual([]);
});

it('a folder is the harness’s only as the engine makes it on the way to a laid file', () => {
  const isOwn = ownFolders(laid);
  const made = { type: 'dir', mode: 0o755, uid: 0, gid: 0 } as const;
  expect(isOwn('/opt', made)).toBe(true);
  expect(isOwn('/opt/tool', made)).toBe(true);
  expect(isOwn('/opt/tool', { ...made, mode: 0o700 })).toBe(false);
  expect(isOwn('/opt/tool', { ...made, uid: 7 })).toBe(false);
  expect(isOwn('/etc', made)).toBe(false);
});
