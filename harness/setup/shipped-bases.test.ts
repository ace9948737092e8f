import { describe, expect, it } from 'vitest';
import { dockerfileBases, shippedBases } from './shipped-bases.ts';

const cases = [
  { dockerfile: 'FROM node:24-bookworm-slim\nRUN true\n', bases: ['node:24-bookworm-slim'] },
  { dockerfile: '# c\r\n  from --platform=linux/amd64 debian:12 as x\r\nFROM x\r\n', bases: ['debian:12'] },
  { dockerfile: 'FROM a AS Build\nFROM b\nCOPY --from=build / /\nFROM BUILD', bases: ['a', 'b'] },
  { dockerfile: 'ARG V=1\nFROM python:$V\nFROM scratch\n', bases: [] },
  { dockerfile: 'FROM \\\n  debian:12\n', bases: ['debian:12'] },
  { dockerfile: 'RUN echo "FROM nothing"\n# FROM nothing\n', bases: [] },
];

describe('dockerfileBases', () => {
  it.each(cases)('$dockerfile', ({ dockerfile, bases }) => {
    expect(dockerfileBases(dockerfile)).toEqual(bases);
  });
});

describe('shippedBases', () => {
  it('names an image for every shipped task', async () => {
    const bases = await shippedBases();
    expect(bases.length).toBeGreaterThan(0);
    expect(bases).toEqual([...new Set(bases)].sort());
  });
});
