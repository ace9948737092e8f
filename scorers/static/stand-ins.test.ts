import { expect, it } from 'vitest';
import { standInsFor } from './stand-ins.ts';

it('gives a path another name in its folder, which no file and no folder of the tree has', () => {
  const tree = ['a.config.js', 'src/a.config.js', 'src/assay-1-a.config.js/x.js', 'src/assay-2-a.config.js'];
  expect([...standInsFor(['a.config.js', 'src/a.config.js'], tree)]).toEqual([
    ['assay-1-a.config.js', 'a.config.js'],
    ['src/assay-3-a.config.js', 'src/a.config.js'],
  ]);
  expect(standInsFor([], tree).size).toBe(0);
});
