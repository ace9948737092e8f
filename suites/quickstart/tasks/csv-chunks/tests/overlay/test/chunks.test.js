import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CsvReader } from '../src/csv-reader.js';

function read(...chunks) {
  const rows = [];
  const reader = new CsvReader((row) => rows.push(row));
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return rows;
}

test('a cut between two quotes that stand for one', () => {
  assert.deepEqual(read('id,quote\n7,"she said "', '"no"""\n'), [['id', 'quote'], ['7', 'she said "no"']]);
});

test('a cut between the two characters of a line end', () => {
  assert.deepEqual(read('a,b\r', '\nc,d\r', '\n'), [['a', 'b'], ['c', 'd']]);
});

test('one character at a time', () => {
  assert.deepEqual(read(...'name,note\r\nBo,"says ""hm"""\r\n'), [['name', 'note'], ['Bo', 'says "hm"']]);
});
