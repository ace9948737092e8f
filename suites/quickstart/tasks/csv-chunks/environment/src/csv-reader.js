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
    let i = chunk.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    for (; i < chunk.length; i++) {
      const char = chunk[i];
      if (this.#quoted) {
        if (char === QUOTE) {
          if (chunk[i + 1] === QUOTE) {
            this.#field += QUOTE;
            i++;
          } else {
            this.#quoted = false;
          }
        } else {
          if (char === '\n' || (char === '\r' && chunk[i + 1] !== '\n')) this.#line++;
          this.#field += char;
        }
      } else if (char === QUOTE && this.#field === '') {
        this.#quoted = true;
        this.#pending = true;
        this.#openedOn = this.#line;
      } else if (char === this.#delimiter) {
        this.#endField();
        this.#pending = true;
      } else if (char === '\n' || char === '\r') {
        if (char === '\r' && chunk[i + 1] === '\n') i++;
        this.#endRow();
      } else {
        this.#field += char;
        this.#pending = true;
      }
    }
  }

  /** Hands over the last row where the text does not end in a line end. Throws a SyntaxError inside a quoted field. */
  end() {
    if (this.#quoted) throw new SyntaxError(`quoted field opened on line ${this.#openedOn} is never closed`);
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
