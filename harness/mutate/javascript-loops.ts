import type { SyntaxNode } from '@lezer/common';
import { after, ancestors, textOf } from './syntax.ts';

/** True for what leads a loop to its end: backwards it would run for ever, which only costs the tests' time limit. */
export function isLoopStep(node: SyntaxNode, target: SyntaxNode, source: string): boolean {
  for (const up of ancestors(node)) {
    if (up.name === 'ForSpec') return true;
    const head = /^(?:While|Do)Statement$/.test(up.name) ? up.getChild('ParenthesizedExpression') : null;
    const names = head === null ? null : textOf(head, source).match(/[#$\w.]+/g);
    if (names?.includes(textOf(target, source))) return true;
  }
  return false;
}

/** True for a `break` without which its loop has no end. */
export function isOnlyExit(node: SyntaxNode, source: string): boolean {
  for (const up of ancestors(node)) {
    if (up.name === 'SwitchStatement') return false;
    if (up.name === 'ForStatement') {
      const head = up.getChild('ForSpec');
      return head !== null && /;\s*;/.test(textOf(head, source));
    }
    if (/^(?:While|Do)Statement$/.test(up.name))
      return after(up, ['while']).some((head) => /^\(\s*(?:true|1)\s*\)$/.test(textOf(head, source)));
  }
  return false;
}
