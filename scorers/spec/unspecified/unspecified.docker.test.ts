import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Files } from '../../testing.ts';
import { SpecFile } from '../schema.ts';
import { type Changes, openSearchLab, type SearchLab } from '../search/testing.ts';
import type { Spec } from '../spec.ts';
import { findUnspecified } from './unspecified.ts';

let lab: SearchLab;
beforeAll(async () => {
  lab = await openSearchLab();
});
afterAll(() => lab.close());

function specOf(assumed: object = {}): Spec {
  return {
    file: SpecFile.parse({ version: 1, intent: 'x', criteria: [{ id: 'x', says: 'x' }], assumed }),
    requirements: [
      {
        id: 'x',
        kind: 'criterion',
        says: 'x',
        checks: [
          {
            id: 'x',
            kind: 'export',
            given: { module: 'src/a.ts', name: 'wanted', match: 'equal', kind: 'value' },
          },
        ],
      },
    ],
  };
}

/** `kind what` of what is found, by path. */
async function find(base: Files, changes: Changes, assumed: object = {}): Promise<Record<string, string[]>> {
  const { found, total, problem } = await findUnspecified(specOf(assumed), await lab.tools(base, changes));
  expect(problem).toBeNull();
  expect(found?.length).toBe(total);
  const byPath: Record<string, string[]> = {};
  for (const { path, kind, what } of found ?? []) byPath[path] = [...(byPath[path] ?? []), `${kind} ${what}`];
  for (const list of Object.values(byPath)) list.sort();
  return byPath;
}

const typescript = `
import { readFile } from 'node:fs/promises';
import http = require('http');
export function wanted() {}
export async function fetchAll() { return fetch('https://x'); }
export function* steps() {}
export const one = 1, two = () => { const { inner } = process.env; return inner; };
export const { three, four: renamed, ...others } = { three: 3, four: 4 };
export let [first] = [1];
export class Box {}
export abstract class Shape {}
export interface Face { process: number }
export type Alias = string;
export enum Colour { Red }
export namespace Space {}
export declare function declared(): void;
export declare const ambient: string;
const hidden = 1;
export { hidden as shown, hidden as 'quoted name' };
export * from './b';
export * as all from './b';
export default function main() {}
process.env.TOKEN; process.env['QUOTED']; process.env[hidden]; import.meta.env.VITE;
const spawned = await import('child_process');
await import(hidden + 'x');
new Function('x'); eval('1');
obj.fetch(); obj.eval();
`;

const javascript = `
const net = require("net");
exports.named = 1;
module.exports.other = 2;
module.exports = { short, long: 1, method() {} };
export const value = <p>{new WebSocket('x')}</p>;
`;

const python = `
import os, socket
import subprocess as sp
from urllib.request import urlopen
from urllib.parse import quote
import numpy
def public(): 
    local = 1
    return open('x')
class Public: 
    def method(self): pass
@decorated
def wrapped(): pass
def _private(): pass
VALUE, OTHER = 1, 2
typed: int = 3
os.environ['HOME']; os.environ.get('USER', 'nobody'); os.getenv("SHELL"); os.getenv(name); dict(os.environ)
os.remove('x'); path.write_text('x'); os.system('ls'); eval('1')
__import__('ctypes'); __import__(name)
`;

describe('unspecified behaviour', () => {
  it('is found in TypeScript, JavaScript and Python', async () => {
    const found = await find(
      { x: '' },
      { 'src/a.ts': typescript, 'src/c.jsx': javascript, 'tool.py': python },
    );
    expect(found).toEqual({
      'src/a.ts': [
        'environment QUOTED',
        'environment TOKEN',
        'environment VITE',
        'environment inner',
        'environment the whole environment',
        "export * from './b'",
        'export Alias',
        'export Box',
        'export Colour',
        'export Face',
        'export Shape',
        'export Space',
        'export all',
        'export ambient',
        'export declared',
        'export default',
        'export fetchAll',
        'export first',
        'export one',
        'export others',
        'export quoted name',
        'export renamed',
        'export shown',
        'export steps',
        'export three',
        'export two',
        'file-system node:fs',
        'network fetch',
        'network node:http',
        'process Function',
        'process a module of a computed name',
        'process eval',
        'process node:child_process',
      ],
      'src/c.jsx': [
        'export long',
        'export method',
        'export named',
        'export other',
        'export short',
        'export value',
        'network WebSocket',
        'network node:net',
      ],
      'tool.py': [
        'environment HOME',
        'environment SHELL',
        'environment USER',
        'export OTHER',
        'export Public',
        'export VALUE',
        'export public',
        'export typed',
        'export wrapped',
        'file-system open',
        'file-system os.remove',
        'file-system write_text',
        'network socket',
        'network urllib.request',
        'process ctypes',
        'process os.system',
        'process subprocess',
      ],
    });
  });

  it('is what the base does not do, wherever in the changed files it stood', async () => {
    const base: Files = {
      'src/a.ts': 'export const a = process.env.A;\nexport const gone = 1;\n',
      'pkg/__init__.py': 'from .m import old\n',
      'pkg/m.py': 'def old(): pass\n',
    };
    const changes: Changes = {
      'src/a.ts': '// moved\nexport const b = process.env.B;\n',
      'src/moved.ts': 'export const a = process.env.A;\n',
      'pkg/__init__.py': 'from .m import old, also, fresh as new, _hidden\n',
      'pkg/m.py': '__all__ = ["old", "listed"]\ndef old(): pass\ndef unlisted(): pass\n',
    };
    expect(await find(base, {})).toEqual({});
    expect(await find(base, changes)).toEqual({
      'src/a.ts': ['environment B', 'export b'],
      'pkg/__init__.py': ['export also', 'export new'],
      'pkg/m.py': ['export listed'],
    });
    const assumed = { exports: ['b', 'also', 'new', 'listed'], environment: ['B'] };
    expect(await find(base, changes, assumed)).toEqual({});
    const all = { network: true, file_system: true, process: true };
    const kinds = Object.values(await find({ x: '' }, { 'src/a.ts': typescript }, all)).flat();
    expect(new Set(kinds.map((each) => each.split(' ')[0]))).toEqual(new Set(['environment', 'export']));
  });

  it('is not denied where it could not be looked for, and bounded', async () => {
    const tools = await lab.tools({ x: '' }, { 'a.ts': 'export const a = 1;\n' });
    const toolbox = await lab.fakeTool('#!/bin/sh\nexit 1\n');
    expect(
      await findUnspecified(specOf(), { ...tools, context: { ...tools.context, toolbox } }),
    ).toMatchObject({
      found: null,
      problem: expect.stringContaining('ast-grep cannot run'),
    });
    const many = Array.from({ length: 10_000 }, (_, index) => `export const e${index} = 1;\n`).join('');
    const large = await lab.tools({ x: '' }, { 'a.ts': many, 'b.ts': 'x=1;'.repeat(1_000_000) });
    const { found, total, problem } = await findUnspecified(specOf(), large);
    expect({ found: found?.length, total, problem }).toEqual({
      found: 100,
      total: 10_000,
      problem: 'b.ts was not looked at: it is larger than 2.5 MB',
    });
  });
});
