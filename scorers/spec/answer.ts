import type { CheckAnswer, CheckTools } from './checks/check.ts';
import { runCommandChecks } from './checks/command.ts';
import { runExportChecks } from './checks/export.ts';
import { runPatternChecks } from './checks/pattern.ts';
import { runPropertyChecks } from './checks/property.ts';
import { requestRunner, stepsRunner } from './checks/request.ts';
import { schemaRunner } from './checks/schema.ts';
import { runTestChecks } from './checks/test.ts';
import type { CheckKind, GivenCheck } from './schema.ts';
import type { Spec, SpecCheck, SpecRequirement } from './spec.ts';

/** Asks every check of some requirements, those of one kind together. One answer each, by the check's id. */
export async function answersTo(
  requirements: readonly SpecRequirement[],
  { file }: Spec,
  tools: CheckTools,
): Promise<Map<string, CheckAnswer>> {
  const checks = requirements.flatMap((each) => each.checks);
  const service = file.service;
  const answers: CheckAnswer[] = [
    ...(await runTestChecks(ofKind(checks, 'test'), tools)),
    ...(await runPatternChecks(ofKind(checks, 'pattern'), tools)),
    ...(await runExportChecks(ofKind(checks, 'export'), tools)),
    ...(await runCommandChecks(ofKind(checks, 'command'), tools)),
    ...(await requestRunner(service)(ofKind(checks, 'request'), tools)),
    ...(await stepsRunner(service)(ofKind(checks, 'steps'), tools)),
    ...(await schemaRunner(service)(ofKind(checks, 'schema'), tools)),
    ...(await runPropertyChecks(ofKind(checks, 'property'), tools)),
  ];
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  for (const { id } of checks)
    if (!byId.has(id)) byId.set(id, { id, outcome: 'unknown', message: 'it was not asked', evidence: [] });
  return byId;
}

function ofKind<Kind extends CheckKind>(
  checks: readonly SpecCheck[],
  kind: Kind,
): { id: string; given: GivenCheck<Kind> }[] {
  return checks
    .filter((check) => check.kind === kind)
    .map(({ id, given }) => ({ id, given: given as GivenCheck<Kind> }));
}
