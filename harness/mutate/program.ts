import { createHash } from 'node:crypto';
import type { Tree } from '@lezer/common';
import type { Language } from './language.ts';
import { isAmong, textOf } from './syntax.ts';

/** Every character in these counts, also between the nodes inside of them. */
const whole = new Set(['String', 'TemplateString', 'FormatString', 'RegExp', 'JSXElement']);

/** Names what a program does as written: equal for two texts that differ in comments, types and layout only. */
export function programOf(source: string, tree: Tree, { inert }: Language): string {
  const hash = createHash('sha256');
  tree.iterate({
    enter(ref) {
      if (isAmong(inert, ref, source)) return false;
      const leaf = whole.has(ref.name) || ref.node.firstChild === null;
      hash.update(`(${ref.name} `);
      if (!leaf) return true;
      const text = textOf(ref.node, source);
      hash.update(`${text.length} ${text})`);
      return false;
    },
    leave() {
      hash.update(')');
    },
  });
  return hash.digest('hex');
}
