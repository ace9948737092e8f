import { expect, it } from 'vitest';
import { judgeBySchema } from './schema-judge.ts';

const by = (
  schema: object | boolean,
  text: string,
  dialect: 'draft-07' | '2020-12' = '2020-12',
  timeMs?: number,
) => judgeBySchema({ schema, dialect }, text, timeMs);

it('tells what matches from what does not, with the places', async () => {
  const schema = {
    type: 'object',
    properties: { at: { type: 'string', format: 'date-time' }, n: { enum: [1, 2] } },
    additionalProperties: false,
  };
  expect(await by(schema, '{"at": "2024-01-01T00:00:00Z", "n": 1}')).toEqual({ errors: [] });
  expect(await by(schema, '{"at": "yesterday", "n": 3, "x": 1}')).toEqual({
    errors: [
      '/ must NOT have additional properties: "x"',
      '/at must match format "date-time"',
      '/n must be equal to one of the allowed values ([1,2])',
    ],
  });
  expect(await by(false, '1')).toEqual({ errors: ['/ boolean schema is false'] });
});

it('knows both dialects', async () => {
  const text = '["a", 1]';
  expect(await by({ prefixItems: [{ type: 'string' }], items: false }, text)).toMatchObject({
    errors: [expect.stringContaining('must NOT have more than 1')],
  });
  const old = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }] };
  expect(await by(old, text, 'draft-07')).toEqual({ errors: ['/0 must be number'] });
});

it('says what is no JSON, and what is no schema', async () => {
  expect(await by({}, '{"a": ')).toEqual({ notJson: expect.stringContaining('JSON') });
  expect(await by({}, '{"a": 1, "b": {"a": [":", "\\":"]}}')).toEqual({ errors: [] });
  expect(await by({}, '{"a": 1, "\\u0061": 2}')).toEqual({ notJson: 'an object has a key twice' });
  expect(await by({}, '[1e999]')).toEqual({ notJson: 'a number is too large for any reader' });
  expect(await by({ type: 'text' }, '1')).toEqual({ problem: expect.stringContaining('type') });
  expect(await by({ $ref: 'https://example.com/schema.json' }, '1')).toEqual({
    problem: expect.stringContaining("can't resolve reference https://example.com/schema.json"),
  });
  expect(await by({ pattern: '(' }, '"a"')).toEqual({
    problem: expect.stringContaining('regular expression'),
  });
});

it('comes to no answer where the answer is made for it', async () => {
  const slow = { type: 'string', pattern: '^(a+)+$' };
  expect(await by(slow, JSON.stringify(`${'a'.repeat(40)}!`), '2020-12', 300)).toEqual({ late: 0.3 });
  const recursive = { items: { $ref: '#' } };
  const deep = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
  expect(await by(recursive, deep)).not.toEqual({ errors: [] });
});
