import { describe, expect, test } from 'vitest';
import { parseGroup, parsePasswd, resolveUser, standInUser } from './users.ts';

const passwd = parsePasswd(
  'root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1001::/home/node:/bin/sh\n7:x:42:43::/:/bin/sh\nbroken:x:abc:1::\n:x:5:5::\nhuge:x:99999999999:1::\n-1:x:-1:1::\nno newline at all',
);
const group = parseGroup('root:x:0:\nstaff:x:50:node\nbad:x:x:\n');

test('lines that are no entries are left out', () => {
  expect(passwd.map(({ name }) => name)).toEqual(['root', 'node', '7']);
  expect(group.map(({ name, gid }) => [name, gid])).toEqual([
    ['root', 0],
    ['staff', 50],
  ]);
});

describe('resolveUser', () => {
  const found: [string | number, number, number][] = [
    ['root', 0, 0],
    [0, 0, 0],
    ['node', 1000, 1001],
    ['1000', 1000, 1001],
    [1000, 1000, 1001],
    [4321, 4321, 0],
    ['node:staff', 1000, 50],
    ['node:77', 1000, 77],
    ['1234:1234', 1234, 1234],
    ['0:5', 0, 5],
    // A name wins over a number.
    ['7', 42, 43],
  ];
  test.each(found)('%s', (said, uid, gid) => {
    expect(resolveUser(said, passwd, group)).toEqual({ ok: true, user: { uid, gid } });
  });
  test.each(['nobody', '', ':1', 'node:', 'node:nogroup', 'a:b:c', '99999999999', '-5', '1.5'])(
    '%j is nobody',
    (said) => {
      expect(resolveUser(said, passwd, group)).toMatchObject({ ok: false, problem: expect.any(String) });
    },
  );
});

describe('standInUser', () => {
  test('the image’s own user 1000', () => {
    expect(standInUser(passwd, group)).toEqual({
      user: { uid: 1000, gid: 1001 },
      passwdLine: '',
      groupLine: '',
      home: null,
    });
    expect(standInUser([{ name: 'x', uid: 1000, gid: 0, home: '/' }], []).user).toEqual({
      uid: 1000,
      gid: 1000,
    });
  });
  test('else a new one, under a free name', () => {
    expect(standInUser([], [])).toEqual({
      user: { uid: 1000, gid: 1000 },
      passwdLine: 'assay:x:1000:1000:assay:/home/assay:/bin/sh\n',
      groupLine: 'assay:x:1000:\n',
      home: '/home/assay',
    });
    const taken = standInUser([{ name: 'assay', uid: 5, gid: 5, home: '/' }], [{ name: 'users', gid: 1000 }]);
    expect(taken).toMatchObject({ home: '/home/assay1', groupLine: '' });
  });
});
