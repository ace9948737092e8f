import { expect, it } from 'vitest';
import { commandFor } from './image-tests.ts';

const script = '/tests/test.sh';

it.each<[string, boolean, string[]]>([
  ['#!/bin/bash\nset -e\n', true, [script]],
  ['#!/bin/bash\nset -e\n', false, ['/bin/bash', script]],
  ['#! /usr/bin/env python3\n', false, ['/usr/bin/env', 'python3', script]],
  ['#!/usr/bin/env -S python3 -I \r\n', false, ['/usr/bin/env', '-S python3 -I', script]],
  ['#!/bin/sh', false, ['/bin/sh', script]],
  ['echo hello\n', true, ['bash', script]],
  ['echo hello\n', false, ['bash', script]],
  ['#!\n/bin/rm\n', false, ['bash', script]],
  ['', true, ['bash', script]],
])('a script that begins with %j (executable: %j) is run by %j', (start, isExecutable, expected) => {
  expect(commandFor(start, isExecutable)).toEqual(expected);
});
