import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CsvReader } from './src/csv-reader.js';

/** Rows, and the error of `end` where it throws one. */
function read(chunks) {
  const rows = [];
  const reader = new CsvReader((row) => rows.push(row));
  for (const chunk of chunks) reader.push(chunk);
  try {
    reader.end();
    return { rows, error: null };
  } catch (error) {
    return { rows, error: error.message };
  }
}

// Few characters, so that quotes and line ends meet often.
const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r'), maxLength: 24 });
const cuts = fc.array(fc.nat({ max: 24 }), { maxLength: 6 });

test('the cuts do not matter', () => {
  fc.assert(
    fc.property(text, cuts, (whole, places) => {
      const ends = [0, ...places.map((place) => Math.min(place, whole.length)).sort((a, b) => a - b), whole.length];
      const chunks = ends.slice(1).map((end, index) => whole.slice(ends[index], end));
      assert.deepEqual(read(chunks), read([whole]));
    }),
  );
});

test('quoted rows come back as they were', () => {
  const rows = fc.array(fc.array(fc.string({ unit: fc.constantFrom('x', '"', ',', '\n'), maxLength: 5 }), { minLength: 1, maxLength: 3 }), { maxLength: 4 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 4 }), (given, size) => {
      const written = given.map((row) => `${row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\r\n`).join('');
      const chunks = written.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      assert.deepEqual(read(chunks), { rows: given, error: null });
    }),
  );
});
