import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { inputError } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';
import { loadSuite } from './load-suite.ts';
import type { ScorerKindLike } from './suite-entries.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-suite-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

function task(name: string, more: Record<string, string> = {}): Record<string, string> {
  const files: Record<string, string> = {
    'task.toml': 'schema_version = "1.4"\n[environment]\nnetwork_mode = "no-network"\n',
    'instruction.md': 'Do it.\n',
    'environment/Dockerfile': 'FROM scratch\n',
    'tests/test.sh': '#!/bin/sh\n',
    ...more,
  };
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [`tasks/${name}/${path}`, content]),
  );
}

function kind(
  name: string,
  checkTask?: (task: LoadedTask) => Promise<void>,
): ScorerKindLike<{ name: string }> {
  return {
    ...{ name, schema: z.strictObject({ name: z.literal(name) }), open: () => ({ name }) },
    ...(checkTask === undefined ? {} : { checkTask }),
  };
}

const adapter = {
  name: 'none',
  schema: z.looseObject({ name: z.string() }),
  open: async () => [{ name: 'nobody' }],
};

function load(scorers: string, kinds = [kind('tests'), kind('spec')]) {
  write({
    'suite.yaml': `name: s\nversion: 1.0.0\ntasks: tasks/*\nagents: [{ name: nobody, adapter: none }]\nscorers: ${scorers}\nranking: { gates: [tests], order: [{ measure: tests.passed, better: higher }] }\n`,
  });
  return loadSuite(dir, { adapters: [adapter], scorerKinds: kinds });
}

async function unread(scorers: string): Promise<(string | null)[]> {
  const { notices } = await load(scorers);
  return notices.filter(({ text }) => text.includes('spec.yaml')).map(({ text }) => text);
}

const spec = { 'spec.yaml': 'version: 1\n' };

it('a spec that no scorer reads is told of, once for all tasks', async () => {
  write({ ...task('a', spec), ...task('b') });
  expect(await unread('[tests]')).toEqual([
    '1 of 2 tasks has a spec.yaml that is not read: add spec to scorers',
  ]);
  write(task('b', spec));
  expect(await unread('[tests]')).toEqual([
    '2 of 2 tasks have a spec.yaml that is not read: add spec to scorers',
  ]);
});

it('a spec that is read, or not there, is not spoken of', async () => {
  write(task('a', spec));
  expect(await unread('[tests, { name: spec }]')).toEqual([]);
  rmSync(join(dir, 'tasks/a/spec.yaml'));
  expect(await unread('[tests]')).toEqual([]);
});

it('what a scorer finds wrong with tasks is told with all that is wrong with the suite', async () => {
  write({ ...task('a'), ...task('b') });
  const picky = kind('spec', async ({ spec: { id } }) => {
    throw inputError('no', {
      problems: [{ file: `${id}/spec.yaml`, message: 'is missing', fix: 'write it' }],
    });
  });
  const loading = load('[tests, spec, spek]', [kind('tests'), picky]);
  await expect(loading).rejects.toMatchObject({
    kind: 'input',
    problems: expect.arrayContaining([
      expect.objectContaining({ field: 'scorers[2]', fix: 'did you mean "spec"?', line: 5 }),
      { file: 'a/spec.yaml', message: 'is missing', fix: 'write it' },
      { file: 'b/spec.yaml', message: 'is missing', fix: 'write it' },
    ]),
  });
});
