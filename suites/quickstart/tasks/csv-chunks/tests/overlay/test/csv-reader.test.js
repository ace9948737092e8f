import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CsvReader, parseCsv } from '../src/csv-reader.js';

test('plain rows', () => {
  assert.deepEqual(parseCsv('a,b\n1,2\n'), [['a', 'b'], ['1', '2']]);
});

test('every kind of line end', () => {
  assert.deepEqual(parseCsv('a\nb\r\nc\rd'), [['a'], ['b'], ['c'], ['d']]);
});

test('a blank line is a row with one empty field', () => {
  assert.deepEqual(parseCsv('a\r\n\r\nb\n\n'), [['a'], [''], ['b'], ['']]);
});

test('empty fields', () => {
  assert.deepEqual(parseCsv(',\n"",""\n,'), [['', ''], ['', ''], ['', '']]);
});

test('quoted fields keep delimiters, quotes and line ends', () => {
  assert.deepEqual(parseCsv('"a,b","say ""hi""","two\r\nlines"\n'), [['a,b', 'say "hi"', 'two\r\nlines']]);
});

test('a quote inside an unquoted field is text', () => {
  assert.deepEqual(parseCsv('6" pipe,"x"y\n'), [['6" pipe', 'xy']]);
});

test('another delimiter', () => {
  assert.deepEqual(parseCsv('a;b,c\n', { delimiter: ';' }), [['a', 'b,c']]);
  assert.throws(() => parseCsv('', { delimiter: '::' }), TypeError);
});

test('a byte order mark is dropped at the start only', () => {
  assert.deepEqual(parseCsv('\uFEFFa,\uFEFFb\n'), [['a', '\uFEFFb']]);
});

test('a quoted field that is never closed', () => {
  assert.throws(() => parseCsv('a,b\n"c\nd'), { name: 'SyntaxError', message: /opened on line 2 / });
});

test('rows arrive while the text is still coming', () => {
  const rows = [];
  const reader = new CsvReader((row) => rows.push(row));
  reader.push('a,b\n1,');
  assert.deepEqual(rows, [['a', 'b']]);
  reader.push('2\n3');
  assert.deepEqual(rows, [['a', 'b'], ['1', '2']]);
  reader.end();
  assert.deepEqual(rows, [['a', 'b'], ['1', '2'], ['3']]);
});
