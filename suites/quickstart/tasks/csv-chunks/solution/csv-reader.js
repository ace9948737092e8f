const QUOTE = '"';
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Reads CSV (RFC 4180, with any line end) piece by piece and hands over each row as soon as it is complete.
 *
 * A field is quoted if it begins with a quote; a quote within it is written twice. Text after the closing quote is
 * added to the field as it is, and so is a quote inside an unquoted field. A blank line is a row with one empty field.
 */
export class CsvReader {
  #onRow;
  #delimiter;
  #row = [];
  #field = '';
  #quoted = false;
  #pending = false; // something of the current row has been read
  #line = 1;
  #openedOn = 0;
  #before = ''; // the last character read; empty at the start of the text
  #quoteSeen = false; // a quote in a quoted field: the next character tells whether it closes the field

  /**
   * @param {(row: string[]) => void} onRow
   * @param {{ delimiter?: string }} [options] delimiter: one character, a comma unless given
   */
  constructor(onRow, { delimiter = ',' } = {}) {
    if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
      throw new TypeError(`the delimiter must be one character: ${JSON.stringify(delimiter)}`);
    }
    this.#onRow = onRow;
    this.#delimiter = delimiter;
  }

  /** @param {string} chunk the next piece of the text, of any length */
  push(chunk) {
    for (let i = 0; i < chunk.length; i++) this.#read(chunk[i]);
  }

  // Looks back, never ahead: the next character may not have arrived yet.
  #read(char) {
    const before = this.#before;
    this.#before = char;
    if (before === '' && char === BYTE_ORDER_MARK) return;

    if (this.#quoted && this.#quoteSeen) {
      this.#quoteSeen = false;
      if (char === QUOTE) {
        this.#field += QUOTE;
        return;
      }
      this.#quoted = false;
    }

    if (this.#quoted) {
      if (char === QUOTE) {
        this.#quoteSeen = true;
        return;
      }
      if (char === '\r' || (char === '\n' && before !== '\r')) this.#line++;
      this.#field += char;
    } else if (char === QUOTE && this.#field === '') {
      this.#quoted = true;
      this.#pending = true;
      this.#openedOn = this.#line;
    } else if (char === this.#delimiter) {
      this.#endField();
      this.#pending = true;
    } else if (char === '\r' || (char === '\n' && before !== '\r')) {
      this.#endRow();
    } else if (char !== '\n') {
      this.#field += char;
      this.#pending = true;
    }
  }

  /** Hands over the last row where the text does not end in a line end. Throws a SyntaxError inside a quoted field. */
  end() {
    if (this.#quoted && !this.#quoteSeen) throw new SyntaxError(`quoted field opened on line ${this.#openedOn} is never closed`);
    if (this.#pending) this.#endRow();
  }

  #endField() {
    this.#row.push(this.#field);
    this.#field = '';
  }

  #endRow() {
    this.#endField();
    const row = this.#row;
    this.#row = [];
    this.#pending = false;
    this.#line++;
    this.#onRow(row);
  }
}

/**
 * Reads a whole text at once.
 *
 * @param {string} text
 * @param {{ delimiter?: string }} [options]
 * @returns {string[][]}
 */
export function parseCsv(text, options) {
  const rows = [];
  const reader = new CsvReader((row) => rows.push(row), options);
  reader.push(text);
  reader.end();
  return rows;
}
