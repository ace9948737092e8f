import { expect, test } from 'vitest';
import { inputError } from '../domain/errors.ts';
import { asking, engineError, isNotFound, statusOf } from './engine-errors.ts';

const answer = Object.assign(new Error('(HTTP code 404) no such container - No such container: x '), {
  statusCode: 404,
});
const silence = Object.assign(new Error('connect ECONNREFUSED /x'), { code: 'ECONNREFUSED' });

test('an answer of the engine is quoted without the client’s prefix', () => {
  expect(engineError('look', answer)).toMatchObject({
    kind: 'infrastructure',
    component: 'engine',
    message: 'could not look: No such container: x',
    cause: answer,
  });
  expect(statusOf(answer)).toBe(404);
  expect(isNotFound(answer)).toBe(true);
});

test('an engine that is away comes with what to do', () => {
  expect(engineError('look', silence).fix).toMatch(/assay doctor/);
  expect(statusOf(silence)).toBeNull();
});

test('an error that a person can act on passes unchanged', async () => {
  const own = inputError('yours');
  await expect(asking('look', () => Promise.reject(own))).rejects.toBe(own);
});
