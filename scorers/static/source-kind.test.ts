import { describe, expect, it } from 'vitest';
import { isProgram, isTextByName, strangeEncoding } from './source-kind.ts';

describe('names', () => {
  it.each([
    ['src/a.js', true, true],
    ['a.MJS', true, true],
    ['a.d.cts', true, true],
    ['a.pyi', true, true],
    ['a.json', false, true],
    ['.env', false, true],
    ['src/.env.local', false, true],
    ['logo.png', false, false],
    ['README', false, false],
    ['a.js/notes', false, false],
  ])('of %s', (path, program, text) => {
    expect([isProgram(path), isTextByName(path)]).toEqual([program, text]);
  });
});

describe('encodings of Python', () => {
  it.each([
    ['a.py', '# coding: utf-7\n', 'utf-7'],
    ['a.py', '#!/usr/bin/python3\n# -*- coding: utf_16 -*-\n', 'utf_16'],
    ['a.py', '# vim: set fileencoding=rot13 :\r', 'rot13'],
    ['a.py', '# -*- coding: UTF-8 -*-\n', null],
    ['a.py', '# coding=latin_1\n', null],
    ['a.py', 'x = 1\ny = 2\n# coding: utf-7\n', null],
    ['a.js', '# coding: utf-7\n', null],
  ])('%s, %j: %s', (path, text, expected) => {
    expect(strangeEncoding(path, text)).toBe(expected);
  });
});
