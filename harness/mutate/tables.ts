type Table = Readonly<Record<string, string>>;

/** A relation and the one that holds exactly where it does not. */
export const opposite: Table = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };

export const otherBoundary: Table = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };

export const otherEquality: Table = { '==': '!=', '!=': '==', '===': '!==', '!==': '===' };

export const otherArithmetic: Table = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '//': '/',
};

export const otherBitwise: Table = { '&': '|', '|': '&', '^': '&', '<<': '>>', '>>': '<<', '>>>': '>>' };

export const otherStep: Table = { '++': '--', '--': '++' };

/** Assignments that also compute; what they compute, another way. */
export const otherUpdate: Table = {
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '%=': '*=',
  '**=': '*=',
  '//=': '/=',
  '&=': '|=',
  '|=': '&=',
  '^=': '&=',
  '<<=': '>>=',
  '>>=': '<<=',
  '>>>=': '>>=',
  '&&=': '||=',
  '||=': '&&=',
  '??=': '&&=',
};

/** Longer literals are data that no one counts with; converting them costs more than their length. */
const maxDigits = 40;

/**
 * Another number in the same notation's place: 1 → 0, everything else one more, decimal. null for what is no plain
 * number (imaginary, malformed).
 */
export function otherNumber(literal: string): string | null {
  const digits = literal.replaceAll('_', '');
  if (digits.length > maxDigits) return null;
  const whole = /^(0x[0-9a-f]+|0o[0-7]+|0b[01]+|[0-9]+)(n?)$/i.exec(digits);
  if (whole) {
    const value = BigInt(whole[1] ?? '0');
    // JavaScript cannot tell larger ones from the next.
    const large = whole[2] === '' && value >= BigInt(Number.MAX_SAFE_INTEGER);
    return `${value === 1n || large ? 0n : value + 1n}${whole[2] ?? ''}`;
  }
  if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(digits)) return null;
  const value = Number(digits);
  // So large that one more is the same, or not finite.
  const other = value === 1 || value + 1 === value ? 0 : value + 1;
  const text = String(other);
  // A fraction stays one: in Python 3 and 3.0 are of different types.
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** `''` for a string with content and `'x'` for the empty one, quoted and prefixed as it was; null if it is broken. */
export function otherString(literal: string): string | null {
  const [, prefix = '', quote = ''] = /^([a-z]*)("""|'''|["'`])/i.exec(literal) ?? [];
  const inner = literal.slice(prefix.length + quote.length, -quote.length);
  if (quote === '' || literal !== `${prefix}${quote}${inner}${quote}`) return null;
  return `${prefix}${quote}${inner === '' ? 'x' : ''}${quote}`;
}
