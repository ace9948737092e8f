import { describe, expect, it } from 'vitest';
import { AssayError } from '../../domain/errors.ts';
import { plain } from './paint.ts';
import { errorText, wantsDebug } from './problems.ts';

const text = (error: unknown, debug = false) => errorText(error, { paint: plain, debug });

describe('errorText', () => {
  it('shows message, problems and fix, and no stack', () => {
    const error = new AssayError('input', 'the suite is not valid', {
      fix: 'mend the fields above',
      problems: [
        {
          file: 'suite.yaml',
          line: 3,
          field: 'agents[0].name',
          message: 'is missing',
          fix: 'give it a name',
        },
        { file: 'suite.yaml', message: 'is not UTF-8' },
      ],
    });
    expect(text(error)).toBe(
      [
        'error: the suite is not valid',
        '  suite.yaml:3: agents[0].name: is missing (fix: give it a name)',
        '  suite.yaml: is not UTF-8',
        'fix: mend the fields above',
        '',
      ].join('\n'),
    );
  });

  it('says the cause where the message does not', () => {
    const cause = new Error('connect ENOENT docker.sock', { cause: 'deeper' });
    expect(text(new AssayError('infrastructure', 'no engine answers', { cause }))).toBe(
      'error: no engine answers\ncause: connect ENOENT docker.sock\ncause: deeper\n',
    );
    expect(
      text(new AssayError('infrastructure', 'failed: disk full', { cause: new Error('disk full') })),
    ).toBe('error: failed: disk full\n');
  });

  it('bounds the list of problems', () => {
    const problems = Array.from({ length: 60 }, (_, line) => ({ file: 'f', line, message: 'bad' }));
    const lines = text(new AssayError('input', 'bad', { problems })).split('\n');
    expect(lines).toHaveLength(1 + 50 + 1 + 1);
    expect(lines.at(-2)).toBe('  … and 10 more');
  });

  it('says that anything else is a bug', () => {
    for (const error of [new TypeError('x is not a function'), 'x is not a function'])
      expect(text(error)).toMatch(/^internal error: x is not a function\nThis is a bug in Assay\./);
    expect(text(new TypeError('x'))).not.toContain('    at ');
  });

  it('adds the stacks when asked to, and survives causes that go in circles', () => {
    const error = new AssayError('input', 'outer', { cause: new Error('inner') });
    expect(text(error, true)).toMatch(/AssayError: outer\n {4}at .*\n\nError: inner\n {4}at /s);
    const loop = new Error('loop');
    loop.cause = loop;
    expect(text(loop, true)).toContain('Error: loop');
  });

  it('shows hostile text harmlessly and keeps the lines of a message', () => {
    const error = new AssayError('input', 'first\nsecond \u001b[2J', {
      problems: [{ file: 'a\u202e\n', message: '\u0007' }],
    });
    expect(text(error)).toBe('error: first\n  second \\u{1b}[2J\n  a\\u{202e}\\n: \\u{7}\n');
  });
});

describe('wantsDebug', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['assay', true],
    ['docker,assay', true],
    ['assayer', false],
  ])('DEBUG=%s: %s', (value, wanted) => {
    expect(wantsDebug({ DEBUG: value })).toBe(wanted);
  });
});
