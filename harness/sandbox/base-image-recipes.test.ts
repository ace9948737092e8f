import { describe, expect, it } from 'vitest';
import { importChanges, type Recipe, recipeDigest, recipeFor } from './base-image-recipes.ts';
import { fullRef, mirroredRef, officialName, parseImageName } from './base-image-recipes-names.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const names = [
  { ref: 'python', full: 'docker.io/library/python:latest', official: 'python' },
  { ref: 'python:3.11-slim', full: 'docker.io/library/python:3.11-slim', official: 'python' },
  { ref: 'library/node:24', full: 'docker.io/library/node:24', official: 'node' },
  { ref: 'docker.io/node:24', full: 'docker.io/library/node:24', official: 'node' },
  { ref: 'index.docker.io/library/node:24', full: 'docker.io/library/node:24', official: 'node' },
  { ref: 'me/node:24', full: 'docker.io/me/node:24', official: null },
  { ref: 'ghcr.io/me/node:24', full: 'ghcr.io/me/node:24', official: null },
  { ref: 'localhost:5000/library/python:3.11', full: 'localhost:5000/library/python:3.11', official: null },
  { ref: 'localhost/python', full: 'localhost/python:latest', official: null },
  { ref: `debian@${digest}`, full: `docker.io/library/debian@${digest}`, official: 'debian' },
  { ref: `debian:12@${digest}`, full: `docker.io/library/debian@${digest}`, official: 'debian' },
];

describe('parseImageName', () => {
  it.each(names)('$ref', ({ ref, full, official }) => {
    const name = parseImageName(ref);
    expect(name && fullRef(name)).toBe(full);
    expect(name && officialName(name)).toBe(official);
  });

  const malformed = [
    '',
    ' ',
    'Python',
    'python:',
    'python:-x',
    'a//b',
    'python@sha256:1',
    'a:b:c',
    '../x',
    '-x',
    'a b',
    '$BASE',
  ];
  it.each(malformed)('refuses %j', (ref) => {
    expect(parseImageName(ref)).toBeNull();
  });
});

describe('mirroredRef', () => {
  const cases = [
    { mirror: 'm.example', ref: 'python:3.11', mirrored: 'm.example/library/python:3.11' },
    { mirror: 'https://m.example:5000/hub/', ref: 'me/x', mirrored: 'm.example:5000/hub/me/x:latest' },
    { mirror: 'm.example', ref: `debian:12@${digest}`, mirrored: `m.example/library/debian@${digest}` },
    { mirror: 'm.example', ref: 'ghcr.io/me/x', mirrored: null },
  ];
  it.each(cases)('$mirror has $ref', ({ mirror, ref, mirrored }) => {
    const name = parseImageName(ref);
    expect(name && mirroredRef(mirror, name)).toBe(mirrored);
  });
});

const recipes: {
  ref: string;
  tag: string;
  command: string;
  packages?: string[];
  lacks?: string[];
  node?: string;
}[] = [
  { ref: 'debian:bookworm', tag: 'debian:bookworm', command: 'bash', packages: ['bash', 'ca-certificates'] },
  { ref: 'debian:bookworm-slim', tag: 'debian:bookworm-slim', command: 'bash' },
  { ref: 'debian:12', tag: 'debian:12', command: 'bash' },
  { ref: 'debian:12.11-slim', tag: 'debian:12.11-slim', command: 'bash' },
  {
    ref: 'python:3.11-slim-bookworm',
    tag: 'python:3.11-slim-bookworm',
    command: 'python3',
    packages: ['python3', 'python3-pip', 'python3-venv'],
    lacks: ['git', 'build-essential'],
  },
  { ref: 'docker.io/library/python:3.11-slim', tag: 'python:3.11-slim', command: 'python3' },
  {
    ref: 'python:3.11',
    tag: 'python:3.11',
    command: 'python3',
    packages: ['git', 'build-essential', 'python3-dev'],
  },
  { ref: 'python:3.11-bookworm', tag: 'python:3.11-bookworm', command: 'python3', packages: ['curl'] },
  {
    ref: 'node:24-bookworm-slim',
    tag: 'node:24-bookworm-slim',
    command: 'node',
    node: '24.21.0',
    lacks: ['git'],
  },
  { ref: 'node:24', tag: 'node:24', command: 'node', node: '24.21.0', packages: ['git'] },
  { ref: 'node:lts-slim', tag: 'node:lts-slim', command: 'node', node: '24.21.0' },
  { ref: 'node:22-slim', tag: 'node:22-slim', command: 'node', node: '22.23.3' },
  { ref: 'node:20-bookworm', tag: 'node:20-bookworm', command: 'node', node: '20.20.2' },
  { ref: 'node:24.3.0-slim', tag: 'node:24.3.0-slim', command: 'node', node: '24.3.0' },
];

const without = [
  ...[
    'python',
    'python:3',
    'python:3-bookworm',
    'python:3.12-slim-bookworm',
    'python:3.11-alpine',
    'python:3.11-slim-trixie',
  ],
  ...[
    'python:3.11.9-slim-bookworm',
    'node',
    'node:latest',
    'node:24-alpine',
    'node:24-trixie-slim',
    'node:18',
    'node:23',
  ],
  ...[
    'debian',
    'debian:latest',
    'debian:trixie',
    'debian:bookworm-20250520',
    'debian:bookworm-backports',
    'ubuntu:24.04',
  ],
  ...['me/python:3.11', 'ghcr.io/library/python:3.11', `python:3.11@${digest}`, 'NOT AN IMAGE'],
];

function recipe(ref: string): Recipe {
  const found = recipeFor(ref);
  if (found === null) throw new Error(`no recipe for ${ref}`);
  return found;
}

describe('recipeFor', () => {
  it.each(recipes)('$ref', ({ ref, tag, command, packages = [], lacks = [], node }) => {
    const found = recipe(ref);
    expect(found.tag).toBe(`assay/base/${tag}`);
    expect(found.command).toEqual([command]);
    expect(found.packages).toEqual(expect.arrayContaining(packages));
    for (const name of lacks) expect(found.packages).not.toContain(name);
    expect(found.node?.binary.x64.version).toBe(node);
  });

  it.each(without)('has none for %s', (ref) => {
    expect(recipeFor(ref)).toBeNull();
  });

  it('pins the content of the releases that stand for a major version, and trusts npm for others', () => {
    const { binary, npm } = recipe('node:24').node ?? {};
    expect([binary?.x64.integrity, binary?.arm64.integrity, npm?.integrity]).toEqual(
      Array(3).fill(expect.stringMatching(/^sha512-[\w+/]{86}==$/)),
    );
    expect(recipe('node:24.3.0').node?.binary.x64.integrity).toBeNull();
  });
});

describe('recipeDigest', () => {
  it('is stable for the same recipe and differs when anything in it does', () => {
    const base = recipe('python:3.11-slim-bookworm');
    expect(recipeDigest(recipe('python:3.11-slim-bookworm'))).toBe(recipeDigest(base));
    const changes: Partial<Recipe>[] = [
      { packages: [...base.packages, 'git'] },
      { finish: base.finish.slice(1) },
      { env: { ...base.env, LANG: 'C' } },
      { command: ['bash'] },
    ];
    const digests = changes.map((change) => recipeDigest({ ...base, ...change }));
    expect(new Set([recipeDigest(base), ...digests]).size).toBe(changes.length + 1);
  });
});

describe('importChanges', () => {
  it('sets the environment, the command and the label by which the image is known again', () => {
    const base = recipe('python:3.11-slim-bookworm');
    expect(importChanges(base)).toEqual([
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV LANG=C.UTF-8',
      'CMD ["python3"]',
      `LABEL assay.recipe=${recipeDigest(base)}`,
    ]);
  });
});
