import type { SyntaxNode } from '@lezer/common';
import { after, ancestors, textOf } from './syntax.ts';

/** True for what leads a loop to its end: backwards it would run for ever, which only costs the tests' time limit. */
export function isLoopStep(node: SyntaxNode, target: SyntaxNode, source: string): boolean {
  for (const up of ancestors(node)) {
    if (up.name !== 'WhileStatement') continue;
    const names = after(up, ['while']).flatMap((head) => textOf(head, source).match(/[\w.]+/g) ?? []);
    if (names.includes(textOf(target, source))) return true;
  }
  return false;
}

/** True for a `break` without which its loop has no end. */
export function isOnlyExit(node: SyntaxNode, source: string): boolean {
  for (const up of ancestors(node)) {
    if (up.name === 'ForStatement') return false;
    if (up.name === 'WhileStatement')
      return after(up, ['while']).some((head) => /^(?:True|1)$/.test(textOf(head, source)));
  }
  return false;
}
