import { fingerprintsOf } from './delta/fingerprint.ts';
import type { ToolDelta } from './delta-of-tool.ts';
import { deltaJson } from './sarif/delta-json.ts';
import type { SarifResult } from './sarif/sarif-run.ts';
import { writeSarif } from './sarif/write.ts';

/** `findings.sarif`: what is there in the candidate, new or unchanged, of every tool that did its work. */
export function sarifEvidence(deltas: readonly ToolDelta[], texts: ReadonlyMap<string, string>): Uint8Array {
  const textOf = (path: string) => texts.get(path) ?? null;
  const runs = deltas
    .filter(({ after }) => after.failure === null)
    .map(({ after, delta }) => {
      const present = [
        ...delta.new.map((finding) => ({ finding, state: 'new' as const })),
        ...delta.unchanged.map(({ after: finding }) => ({ finding, state: 'unchanged' as const })),
      ];
      const fingerprints = fingerprintsOf(
        present.map(({ finding }) => finding),
        textOf,
      );
      return {
        tool: after.label,
        version: after.version,
        rules: new Map(Object.entries(after.rules)),
        files: after.files,
        results: present.map(
          (each, index): SarifResult => ({ ...each, fingerprint: fingerprints[index] ?? '' }),
        ),
      };
    });
  return writeSarif({ runs });
}

/** `delta.json`: new, fixed and unchanged findings by tool. */
export function deltaEvidence(deltas: readonly ToolDelta[]): string | Uint8Array {
  return deltaJson(
    deltas.map(({ after, delta }) => ({
      tool: after.label,
      version: after.version,
      files: after.files,
      delta,
    })),
  );
}
