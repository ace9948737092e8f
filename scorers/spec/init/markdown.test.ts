import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown, plainText } from './markdown.ts';

const short = (text: string) =>
  parseMarkdown(text).map((block) => {
    const words =
      block.kind === 'code'
        ? block.rows.join('|')
        : block.kind === 'row'
          ? block.cells.join('|')
          : block.text;
    const kind = block.kind === 'item' ? `${block.marker}${block.depth}` : block.kind;
    return `${block.line} ${kind}: ${words}`;
  });

describe('Markdown', () => {
  it('is read block by block, each with its line', () => {
    const text = `---
title: front matter
---
# Title #

First **paragraph**
on two lines.
<!-- a comment
- [ ] in it -->
Setext
------

- [ ] to do with \`a * b\`
  and more
- [x] done

  still the item
    1) nested
* bullet

---
**Acceptance Scenarios**:

| code | when |
| ---- | :--: |
| \`2\` | wrong |

\`\`\`console
$ run
# no heading
\`\`\`

    indented
      code

Expected behavior: it works
> quoted
`;
    expect(short(text)).toEqual([
      '4 heading: Title',
      '6 paragraph: First paragraph on two lines.',
      '10 heading: Setext',
      '13 checkbox0: to do with `a * b` and more',
      '15 checkbox0: done still the item',
      '18 number2: nested',
      '19 bullet0: bullet',
      '22 label: Acceptance Scenarios',
      '26 row: `2`|wrong',
      '29 code: $ run|# no heading',
      '33 code: indented|  code',
      '36 label: Expected behavior',
      '36 paragraph: it works quoted',
    ]);
  });

  it.each([
    ['**bold** and *emphasis* and _this_', 'bold and emphasis and this'],
    ['a [link](https://x.test/a_b_c) ![image](x.png)', 'a link'],
    [
      '`**code**` stays, __init__ and snake_case_name too',
      '`**code**` stays, __init__ and snake_case_name too',
    ],
    ['\\*escaped\\*<br>', '*escaped*'],
  ])('%s', (markdown, plain) => {
    expect(plainText(markdown)).toBe(plain);
  });

  it('never throws, and gives each block one line of text', () => {
    const piece = fc.constantFrom(
      '# ',
      '- [ ] ',
      '1. ',
      '```',
      '    ',
      '| a |',
      '**a**: ',
      '<!--',
      '-->',
      '\n',
      '\r\n',
      'x',
      '`',
      '---',
      '> ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        for (const block of parseMarkdown(text)) {
          expect(block.line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length + 1);
          if ('text' in block) expect(block.text).not.toMatch(/[\r\n]/);
        }
      }),
    );
  });

  it('is bounded', () => {
    expect(parseMarkdown('- x\n'.repeat(50_000)).length).toBeLessThanOrEqual(20_000);
    const [block] = parseMarkdown(`${'*a'.repeat(500_000)}\n`);
    expect(block?.kind === 'paragraph' ? block.text.length : -1).toBeLessThanOrEqual(2000);
  });
});
