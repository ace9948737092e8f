import { describe, expect, it } from 'vitest';
import { readings, type Wanted } from './readings.ts';

const many = (prefix: string, count: number): [string, Wanted][] =>
  Array.from({ length: count }, (_, n) => [`${prefix}/${String(n).padStart(3, '0')}`, 'self']);

const rootsOf = (wanted: [string, Wanted][]) => readings(new Map(wanted)).map(({ root }) => root);

describe('how wanted paths are read', () => {
  it('few by themselves, in order; a folder that is wanted by itself no further than its head', () => {
    const found = readings(
      new Map<string, Wanted>([
        ['/srv/new', 'deep'],
        ['/etc', 'self'],
        ['/etc/x', 'self'],
      ]),
    );
    expect(found.map(({ root, isShallow }) => [root, isShallow])).toEqual([
      ['/etc', true],
      ['/etc/x', true],
      ['/srv/new', false],
    ]);
    expect(
      ['/etc', '/etc/x', '/etc/y', '/srv', '/srv/new', '/srv/new/a/b', '/srv/news'].filter(
        found[0]?.wants ?? Boolean,
      ),
    ).toEqual(['/etc', '/etc/x', '/srv/new', '/srv/new/a/b']);
  });

  it('many by the folders that hold many of them', () => {
    const wanted: [string, Wanted][] = [
      ['/usr', 'self'],
      ...many('/usr/lib', 60),
      ...many('/usr/share/doc', 49),
      ['/etc/x', 'self'],
    ];
    expect(rootsOf(wanted)).toEqual([
      '/etc/x',
      '/usr',
      '/usr/lib',
      ...many('/usr/share/doc', 49).map(([path]) => path),
    ]);
  });

  it('asks for nothing where nothing is wanted', () => {
    expect(rootsOf([])).toEqual([]);
  });
});
