import { describe, expect, test } from 'vitest';
import { imagesUsed, needsBuildKit, readDockerfile, replaceImages } from './dockerfile.ts';

describe('imagesUsed', () => {
  const table: [string, string, [string, number][]][] = [
    ['a plain reference', 'FROM python:3.12-slim', [['python:3.12-slim', 1]]],
    ['a lower-case keyword and leading blanks', '\n  from   debian:12  ', [['debian:12', 2]]],
    ['a platform and a name', 'FROM --platform=linux/amd64 node:24 AS build', [['node:24', 1]]],
    ['scratch', 'FROM scratch', []],
    ['an earlier stage by name, in another case', 'FROM node:24 AS Build\nFROM build', [['node:24', 1]]],
    [
      'a stage name used before it exists',
      'FROM later\nFROM node AS later',
      [
        ['later', 1],
        ['node', 2],
      ],
    ],
    ['ARG before FROM', 'ARG V=3.12\nFROM python:${V}-slim', [['python:3.12-slim', 2]]],
    ['ARG from an ARG, in quotes', 'ARG A=py B="${A}thon"\nFROM $B:1', [['python:1', 2]]],
    ['ARG with a default in place', 'ARG V\nFROM python:${V:-3.11}', [['python:3.11', 2]]],
    ['ARG with an alternative', 'ARG V=1\nFROM python${V:+:3}', [['python:3', 2]]],
    [
      'ARG after FROM does not count',
      'FROM a\nARG X=1\nFROM b:$X',
      [
        ['a', 1],
        ['b:', 3],
      ],
    ],
    ['ARG without a value', 'ARG IMAGE\nFROM $IMAGE', [['', 2]]],
    ['continuation lines', 'FROM \\\n  # why\n\n  python:3 \\\n  AS x\nFROM x', [['python:3', 1]]],
    ['a backtick as escape', '# escape=`\nFROM `\n  python:3', [['python:3', 2]]],
    ['a FROM inside a comment', '# FROM evil\nFROM good', [['good', 2]]],
    ['a FROM inside a RUN', 'FROM good\nRUN echo \\\n  FROM evil', [['good', 1]]],
    [
      'a FROM inside a here-document',
      'FROM good\nRUN cat <<EOF\nFROM evil\nEOF\nFROM second',
      [
        ['good', 1],
        ['second', 5],
      ],
    ],
    [
      'shell text that only looks like a here-document',
      'FROM a\nRUN x <<EOF\nFROM b',
      [
        ['a', 1],
        ['b', 3],
      ],
    ],
    [
      'COPY --from another image',
      'FROM a\nCOPY --from=tool:1 --chown=1:1 /x /x',
      [
        ['a', 1],
        ['tool:1', 2],
      ],
    ],
    [
      'COPY --from a stage by name and by number',
      'FROM a AS s\nFROM b\nCOPY --from=S x x\nCOPY --from=0 x x',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    ['a digest', 'FROM a@sha256:00 AS x', [['a@sha256:00', 1]]],
    [
      'CRLF and a byte order mark',
      '\uFEFFFROM a\r\nRUN x\r\nFROM b\r\n',
      [
        ['a', 1],
        ['b', 3],
      ],
    ],
    [
      'a doubled backslash does not continue',
      'FROM a\nRUN echo \\\\\nFROM b',
      [
        ['a', 1],
        ['b', 3],
      ],
    ],
    ['nothing', '', []],
  ];
  test.each(table)('%s', (_, text, expected) => {
    expect(imagesUsed(readDockerfile(text)).map(({ ref, line }) => [ref, line])).toEqual(expected);
  });
});

describe('replaceImages', () => {
  const replacements = new Map([
    ['python:3.12', 'local/python:3.12'],
    ['tool:1', 'local/tool'],
    ['same', 'same'],
  ]);
  const table: [string, string, string][] = [
    ['plain', 'FROM python:3.12\nRUN x\n', 'FROM local/python:3.12\nRUN x\n'],
    [
      'keeps platform and name',
      'from --platform=linux/amd64 python:3.12 as b',
      'FROM --platform=linux/amd64 local/python:3.12 as b',
    ],
    ['ARG value', 'ARG V=3.12\nFROM python:$V', 'ARG V=3.12\nFROM local/python:3.12'],
    [
      'keeps the number of lines',
      'FROM \\\n python:3.12 \\\n AS x\nRUN y',
      'FROM local/python:3.12 AS x\n\n\nRUN y',
    ],
    ['COPY --from', 'FROM same\nCOPY \\\n  --from=tool:1 a b', 'FROM same\nCOPY \\\n  --from=local/tool a b'],
    ['an equal reference leaves the text alone', 'from   same', 'from   same'],
    ['an unknown reference leaves the text alone', 'FROM other', 'FROM other'],
  ];
  test.each(table)('%s', (_, text, expected) => {
    expect(replaceImages(readDockerfile(text), replacements)).toBe(expected);
  });
});

describe('needsBuildKit', () => {
  const table: [string, string, RegExp | null][] = [
    ['plain', 'FROM a\nRUN b\nCOPY --chown=1 --from=x a b', null],
    ['the plain syntax line', '# syntax=docker/dockerfile:1.7\nFROM a', null],
    ['a foreign frontend', '# syntax=evil/frontend\nFROM a', /evil/],
    ['RUN --mount', 'FROM a\nRUN --mount=type=cache,target=/x \\\n y', /line 2: RUN --mount/],
    ['RUN whose command has --mount', 'FROM a\nRUN tool --mount=x', null],
    ['COPY --chmod', 'FROM a\ncopy --chmod=755 a b', /COPY --chmod/],
    ['COPY --link', 'FROM a\nCOPY --link a b', /--link/],
    ['a here-document', 'FROM a\nRUN <<-"END" bash\n  x\n\tEND\n', /here-document/],
    ['a here-string', 'FROM a\nRUN cat <<<EOF\nEOF', null],
    ['an automatic argument', 'FROM --platform=$BUILDPLATFORM a', /platform/],
  ];
  test.each(table)('%s', (_, text, expected) => {
    const reason = needsBuildKit(readDockerfile(text));
    if (expected === null) expect(reason).toBeNull();
    else expect(reason).toMatch(expected);
  });
});
