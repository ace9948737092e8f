import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, markdown, printableJson, visible, xmlText } from './escape.ts';

/** Written out on purpose, unlike the source: what no shown text may hold. */
const dangerous =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}]|\p{Cs}/u;

const hostileText = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) },
    {
      weight: 5,
      arbitrary: fc.constantFrom(...'\\`*_{}[]<>#!&|~$^@:/.-+=()"\' \t\n\r\u001b\u202e\u200b1aw'.split('')),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom('![', '](', '://', 'www.', '@a', '<b', '#1', 'GH-1', '||', '``', '\\|'),
    },
  ),
  maxLength: 80,
});

describe('visible', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['größe 漢字 🎉', 'größe 漢字 🎉'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['\u001b]0;title\u0007', '\\u{1b}]0;title\\u{7}'],
    ['\u009b31m', '\\u{9b}31m'],
    ['abc\u202edef\u2066g\u2069', 'abc\\u{202e}def\\u{2066}g\\u{2069}'],
    ['zero\u200bwidth\u200d\ufeff', 'zero\\u{200b}width\\u{200d}\\u{feff}'],
    ['soft\u00adhyphen', 'soft\\u{ad}hyphen'],
    ['line\u2028par\u2029', 'line\\u{2028}par\\u{2029}'],
    ['lone \ud83d end', 'lone \\u{d83d} end'],
    ['\udc00', '\\u{dc00}'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['\uffff\u{1fffe}', '\\u{ffff}\\u{1fffe}'],
    ['nul\0', 'nul\\u{0}'],
  ])('shows %j as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['🎉🎉🎉🎉', 3, '🎉🎉…'],
    ['🎉🎉🎉', 3, '🎉🎉🎉'],
    ['ab\u001bcdef', 9, 'ab\\u{1b}…'],
    ['ab\ncdef', 4, 'ab…'],
  ])('cuts %j at %i to %j', (text, max, shown) => {
    expect(visible(text, max)).toBe(shown);
  });

  it('is bounded, harmless and stable for any text', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 60 }), (text, max) => {
        const shown = visible(text, max);
        expect([...shown].length).toBeLessThanOrEqual(max);
        expect(shown).not.toMatch(dangerous);
        expect(visible(shown, max)).toBe(shown);
      }),
    );
  });

  it('does not read a huge text to its end', () => {
    expect(visible('\u001b'.repeat(50_000_000), 20)).toBe(`${'\\u{1b}'.repeat(3)}…`);
  });
});

/** Reads Markdown as our escapes make it: escaped punctuation and code spans. Returns whatever else is there. */
function aliveIn(text: string): string {
  let alive = '';
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    if (char === '\\') {
      // What stands around an escaped character does not come together: `:\\!//` is no `://`.
      alive += '\u00a4';
      at += 2;
    } else if (char === '`') {
      const fence = /^`+/.exec(text.slice(at))?.[0] ?? '';
      const close = closingFence(text, at + fence.length, fence.length);
      if (close < 0) return `unclosed code span in ${text}`;
      alive += '\u00a4';
      at = close + fence.length;
    } else {
      alive += char;
      at += 1;
    }
  }
  return alive;
}

function closingFence(text: string, from: number, length: number): number {
  for (const run of text.slice(from).matchAll(/`+/g)) if (run[0].length === length) return from + run.index;
  return -1;
}

describe('markdown', () => {
  it.each([
    ['passed 41 tests; 118 lines against 23', 'passed 41 tests; 118 lines against 23'],
    ['a | b', 'a \\| b'],
    ['`rm -rf`', '\\`rm -rf\\`'],
    ['<img src=x onerror=alert(1)>', '\\<img src=x onerror=alert(1)\\>'],
    ['![x](https://evil.example/p.png)', '\\!\\[x\\](https`://`evil.example/p.png)'],
    ['[click](javascript:alert(1))', '\\[click\\](javascript:alert(1))'],
    ['*bold* _it_ ~~no~~', '\\*bold\\* \\_it\\_ \\~\\~no\\~\\~'],
    ['# heading', '\\# heading'],
    ['see #12 and GH-7', 'see `#`12 and `GH-`7'],
    ['@everyone me@host.example', '`@`everyone me`@`host.example'],
    ['www.evil.example', '`www.`evil.example'],
    ['&lt;b&gt; &#64;', '\\&lt;b\\&gt; \\&`#`64;'],
    ['{{ 7 * 7 }}', '\\{\\{ 7 \\* 7 \\}\\}'],
    ['back\\slash', 'back\\\\slash'],
    ['- item', '\\- item'],
    ['12. item', '12\\. item'],
    ['two\nlines', 'two\\\\nlines'],
    ['\u001b[2J', '\\\\u\\{1b\\}\\[2J'],
  ])('writes %j as %j', (text, written) => {
    expect(markdown(text)).toBe(written);
  });

  it('leaves nothing alive in any text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const written = markdown(text);
        expect(written).not.toMatch(dangerous);
        expect(written).not.toMatch(/(?<!\\)(?:\\\\)*[<>]/);
        expect(written).not.toContain('![');
        const alive = aliveIn(written);
        expect(alive).not.toMatch(/[*_{}[\]<>#!&|~$^@`]|:\/\/|www\.|GH-\d/i);
        // A cell ends at a pipe that is not escaped; every reader of tables must see it escaped.
        expect(written).not.toMatch(/(?<!\\)(?:\\\\)*\|/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('code', () => {
  it.each([
    ['pool/model-1.5_b', '`pool/model-1.5_b`'],
    ['', ''],
    [' ', ''],
    ['@org/team #1 https://x', '`@org/team #1 https://x`'],
    ['back\\', '`back\\`'],
    ['x\ny\u001b', '`x\\ny\\u{1b}`'],
    ['a|b', 'a\\|b'],
    ['a`b', 'a\\`b'],
    ['<b>', '\\<b\\>'],
    ['![x]', '\\!\\[x\\]'],
  ])('writes %j as %j', (text, written) => {
    expect(code(text)).toBe(written);
  });

  it('is one code span or harmless text for any text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const written = code(text);
        expect(written).not.toMatch(dangerous);
        expect(written).not.toMatch(/(?<!\\)(?:\\\\)*[<>|]/);
        expect(written).not.toContain('![');
        expect(aliveIn(written)).not.toMatch(/[*_{}[\]<>#!&|~$^@`]|:\/\/|www\.|GH-\d/i);
      }),
      { numRuns: 500 },
    );
  });
});

describe('xmlText', () => {
  it('keeps layout and replaces what XML cannot hold', () => {
    expect(xmlText('a\n\tb\r\0\u001b[1m\ufffe\ud800 <&>')).toBe(
      'a\n\tb\\r\\u{0}\\u{1b}[1m\\u{fffe}\\u{d800} <&>',
    );
  });
});

describe('printableJson', () => {
  it('loses nothing and shows nothing dangerous', () => {
    fc.assert(
      fc.property(fc.array(hostileText), (texts) => {
        const written = printableJson({ texts });
        expect(JSON.parse(written)).toEqual({ texts });
        expect(written.replaceAll('\n', '')).not.toMatch(dangerous);
      }),
    );
  });
});
