import type { Control } from '../domain/control.ts';
import type { GateProof } from '../domain/selection.ts';

/**
 * Whether a task's gate is proven: some gate refuses the base unchanged, and the reference solution passes every one.
 * A gate that has never said yes may be broken, and one that has never said no may be none. Pure.
 */
export function proveGate(
  gates: readonly string[],
  controls: { nop: Control | undefined; oracle: Control | undefined },
): GateProof {
  const wrong = [refusal(gates, controls.nop), acceptance(gates, controls.oracle)].filter(
    (reason) => reason !== null,
  );
  return wrong.length === 0
    ? { proven: true, reason: 'the base is refused and the reference solution passes' }
    : { proven: false, reason: wrong.join('; ') };
}

/** null: refused, as it must be. */
function refusal(gates: readonly string[], nop: Control | undefined): string | null {
  if (gates.length === 0) return 'there is no gate';
  if (nop === undefined) return 'no control was run';
  if (nop.candidate === null) return `the base could not be scored: ${nop.reason}`;
  const refused = gates.some((gate) => outcomeOf(nop, gate) !== 'pass');
  return refused ? null : 'the base unchanged passes every gate';
}

/** null: it passes every gate. */
function acceptance(gates: readonly string[], oracle: Control | undefined): string | null {
  if (oracle === undefined) return gates.length === 0 ? null : 'no control was run';
  if (oracle.candidate === null) return `no reference solution: ${oracle.reason}`;
  for (const gate of gates) {
    const verdict = oracle.verdicts.find(({ scorer }) => scorer === gate);
    if (verdict?.outcome === 'pass') continue;
    const why = verdict === undefined ? 'never scored' : `${verdict.outcome}: ${verdict.reason}`;
    return `the reference solution does not pass ${gate}: ${why}`;
  }
  return null;
}

function outcomeOf(control: Control, gate: string) {
  return control.verdicts.find(({ scorer }) => scorer === gate)?.outcome;
}
