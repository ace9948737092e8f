import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CsvReader, parseCsv } from '../src/csv-reader.js';

const BOM = '\uFEFF';

function open(options) {
  const rows = [];
  return { rows, reader: new CsvReader((row) => rows.push(row), options) };
}

/** Reads the chunks; an error of `end()` becomes the last element, as text. */
function read(chunks, options) {
  const { rows, reader } = open(options);
  for (const chunk of chunks) reader.push(chunk);
  try {
    reader.end();
  } catch (error) {
    return [...rows, `${error.name}: ${error.message}`];
  }
  return rows;
}

/** Every way to cut a text in two or three, empty pieces included, and one character at a time. */
function* cuttings(text) {
  for (let i = 0; i <= text.length; i++) {
    for (let j = i; j <= text.length; j++) yield [text.slice(0, i), text.slice(i, j), text.slice(j)];
  }
  yield text.split('');
  yield text.split('').flatMap((char) => ['', char, '']);
}

/** @type {[string, string, unknown[], { delimiter: string }?][]} */
const TEXTS = [
  ['plain rows', 'a,b\n1,2\n', [['a', 'b'], ['1', '2']]],
  ['no line end at the end', 'a,b\r\n1,2', [['a', 'b'], ['1', '2']]],
  ['CRLF line ends', 'a,b\r\n1,2\r\n', [['a', 'b'], ['1', '2']]],
  ['lone CR line ends', 'a,b\r1,2\r', [['a', 'b'], ['1', '2']]],
  ['mixed line ends', 'a\n\rb\r\rc\r\n\nd', [['a'], [''], ['b'], [''], ['c'], [''], ['d']]],
  ['blank lines', '\r\n\r\n', [[''], ['']]],
  ['empty fields', ',\n"","",\r\n', [['', ''], ['', '', '']]],
  ['doubled quotes', '"a""b","""",""""""\n', [['a"b', '"', '""']]],
  ['a field that begins and ends with a quote', '"""a"""', [['"a"']]],
  ['an empty quoted field at the end', 'a,""', [['a', '']]],
  ['text after the closing quote', '"a"b"c",""x\n', [['ab"c"', 'x']]],
  ['quotes inside an unquoted field', 'a""b,6"\n', [['a""b', '6"']]],
  ['line ends inside a quoted field', '"a\r\nb\rc\nd",e\r\n', [['a\r\nb\rc\nd', 'e']]],
  ['a quoted field before a CRLF', '"a"\r\n"b"\r\n', [['a'], ['b']]],
  ['a CR inside quotes before an LF outside', '"a\r"\n"b"', [['a\r'], ['b']]],
  ['a byte order mark at the start', `${BOM}a,b\n`, [['a', 'b']]],
  ['a byte order mark before a quote', `${BOM}"a""b"\n`, [['a"b']]],
  ['byte order marks later on', `a,${BOM}b\n${BOM}c\n`, [['a', `${BOM}b`], [`${BOM}c`]]],
  ['two byte order marks at the start', `${BOM}${BOM}a`, [[`${BOM}a`]]],
  ['characters outside the basic plane', '"\u{1F9EA}",\u{1F9EA}\n', [['\u{1F9EA}', '\u{1F9EA}']]],
  ['another delimiter', 'a;"b;""c"\r\n;', [['a', 'b;"c'], ['', '']], { delimiter: ';' }],
  ['nothing', '', []],
];

describe('the cuts do not matter', () => {
  for (const [name, text, expected, options] of TEXTS) {
    test(`rows, cut anywhere: ${name}`, () => {
      for (const chunks of cuttings(text)) {
        assert.deepEqual(read(chunks, options), expected, `cut as ${JSON.stringify(chunks)}`);
      }
    });
  }
});

describe('the error of end()', () => {
  const UNCLOSED = [
    ['after LF', 'a\nb\n"c', 3, [['a'], ['b']]],
    ['after CRLF', 'a\r\nb\r\n"c', 3, [['a'], ['b']]],
    ['after line ends in a quoted field', '"a\r\nb\rc\n"\r\n"d', 5, [['a\r\nb\rc\n']]],
    ['after a CRLF that a doubled quote parts', '"a\r""\n"\n"b', 4, [['a\r"\n']]],
    ['with a doubled quote as the last thing', '"a""', 1, []],
  ];
  for (const [name, text, line, rows] of UNCLOSED) {
    test(`line of an unclosed quote, cut anywhere: ${name}`, () => {
      const expected = [...rows, `SyntaxError: quoted field opened on line ${line} is never closed`];
      for (const chunks of cuttings(text)) {
        assert.deepEqual(read(chunks), expected, `cut as ${JSON.stringify(chunks)}`);
      }
    });
  }
});

describe('rows are not held back', () => {
  // Each piece completes one row with its last character; the text after the last of them is left to end().
  const STREAMS = [
    ['LF', ['a,b\n', '"c\nd"\n', '\n'], 'e'],
    ['CRLF', ['a,b\r', '\n"c\r\nd"\r', '\n\r'], '\ne'],
    ['lone CR', ['a\r', '\r', 'b\r'], 'c'],
  ];
  for (const [name, pieces, rest] of STREAMS) {
    test(`a row is handed over with its line end: ${name}`, () => {
      const whole = parseCsv(pieces.join('') + rest);
      const { rows, reader } = open();
      let handed = 0;
      for (const piece of pieces) {
        for (const char of piece.slice(0, -1)) reader.push(char);
        assert.equal(rows.length, handed, `no row before the line end of ${JSON.stringify(piece)}`);
        reader.push(piece.slice(-1));
        handed++;
        assert.deepEqual(rows, whole.slice(0, handed), `the row of ${JSON.stringify(piece)}`);
      }
      reader.push(rest);
      assert.equal(rows.length, handed, 'no row without a line end');
      reader.end();
      assert.deepEqual(rows, whole);
    });
  }

  test('a row that ends in CR at the end of a chunk is handed over once', () => {
    const { rows, reader } = open();
    reader.push('a,"b"\r');
    assert.deepEqual(rows, [['a', 'b']]);
    reader.push('');
    reader.push('\n');
    reader.end();
    assert.deepEqual(rows, [['a', 'b']]);
  });

  test('several rows of one chunk are handed over in that push', () => {
    const { rows, reader } = open();
    reader.push('a\nb\r\nc\rd');
    assert.deepEqual(rows, [['a'], ['b'], ['c']]);
  });
});

describe('the interface', () => {
  test('two readers do not share anything', () => {
    const first = open();
    const second = open({ delimiter: '\t' });
    first.reader.push('"a"');
    second.reader.push('b\r');
    first.reader.push('"c"\n');
    second.reader.push('\n"d"\te');
    first.reader.end();
    second.reader.end();
    assert.deepEqual(first.rows, [['a"c']]);
    assert.deepEqual(second.rows, [['b'], ['d', 'e']]);
  });

  test('parseCsv takes its options', () => {
    assert.deepEqual(parseCsv('a|"b|c"\n', { delimiter: '|' }), [['a', 'b|c']]);
    assert.throws(() => parseCsv('"a'), { name: 'SyntaxError', message: 'quoted field opened on line 1 is never closed' });
  });

  test('a bad delimiter is refused', () => {
    for (const delimiter of ['', 'ab', '"', '\r', '\n']) {
      assert.throws(() => new CsvReader(() => {}, { delimiter }), TypeError);
    }
  });
});
