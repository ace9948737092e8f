import { describe, expect, it } from 'vitest';
import { chooseWheels, fitsPlatform, parseWheelName } from './wheel-name.ts';

function fits(filename: string, arch: 'x64' | 'arm64' = 'x64') {
  const name = parseWheelName(filename);
  return name !== null && fitsPlatform(name, arch);
}

it.each([
  ['a-1-py3-none-any.whl', true],
  ['a-1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', true],
  ['a-1-1build-cp311-cp311-linux_x86_64.whl', true],
  ['a-1-py3-none-musllinux_1_2_x86_64.whl', false],
  ['a-1-py3-none-manylinux_2_17_aarch64.whl', false],
  ['a-1-py3-none-macosx_11_0_x86_64.whl', false],
  ['a-1-py3-none-win_amd64.whl', false],
  ['a-1.tar.gz', false],
  ['a-1.whl', false],
])('%s runs on Linux on x64 with glibc: %s', (filename, expected) => {
  expect(fits(filename)).toBe(expected);
});

describe('chooseWheels', () => {
  it('takes the one that runs everywhere', () => {
    expect(chooseWheels(['a-1-cp312-cp312-manylinux2014_x86_64.whl', 'a-1-py3-none-any.whl'], 'x64')).toEqual(
      ['a-1-py3-none-any.whl'],
    );
  });

  it('else one per interpreter, for the oldest C library', () => {
    const names = ['cp39', 'cp310', 'cp311', 'cp314'].flatMap((tag) => [
      `a-1-${tag}-${tag}-manylinux_2_28_aarch64.whl`,
      `a-1-${tag}-${tag}-manylinux2014_aarch64.whl`,
      `a-1-${tag}-${tag}-manylinux2014_x86_64.whl`,
    ]);
    expect(chooseWheels(names, 'arm64')).toEqual([
      'a-1-cp310-cp310-manylinux2014_aarch64.whl',
      'a-1-cp311-cp311-manylinux2014_aarch64.whl',
      'a-1-cp314-cp314-manylinux2014_aarch64.whl',
    ]);
  });

  it('else the one with the stable ABI', () => {
    const names = ['a-1-cp39-abi3-manylinux2014_x86_64.whl', 'a-1-cp39-abi3-win_amd64.whl'];
    expect(chooseWheels(names, 'x64')).toEqual(['a-1-cp39-abi3-manylinux2014_x86_64.whl']);
  });

  it('and nothing where nothing fits', () => {
    expect(chooseWheels(['a-1-py3-none-win_amd64.whl', 'a-1.zip'], 'x64')).toEqual([]);
  });
});
