import { candidateDigest } from '../domain/candidate.ts';
import type { Digest } from '../domain/digest.ts';
import { compareText } from '../domain/order.ts';
import type { Policy } from '../domain/policy.ts';
import type { GateProof, RankingRow, RankTrace, Selection } from '../domain/selection.ts';
import type { Trial, TrialResult } from '../domain/trial.ts';
import type { Verdict } from '../domain/verdict.ts';
import { type Contender, eliminate, type Round } from './eliminate.ts';
import { measuresOf } from './measures.ts';
import { separationInWords } from './words.ts';

export interface DecideInput {
  task: string;
  policy: Policy;
  /** Why the task itself says nothing, so that nobody can win it; null where all is well. */
  invalid?: string | null;
  /** What the controls have shown of this task's gate. */
  gate: GateProof;
  /** The last retry of every planned attempt, in any order. */
  trials: readonly { trial: Trial; result: TrialResult }[];
  /** Every verdict on a candidate; empty where it was never scored. */
  verdictsOf: (candidate: Digest) => readonly Verdict[];
}

interface Entry extends Contender {
  verdicts: readonly Verdict[];
  /** The gate that said no, in words; null when all passed. */
  refusal: string | null;
}

/** Ranks a task's candidates. Pure: equal inputs in any order give an equal selection. */
export function decide(input: DecideInput): Selection {
  const entries = contenders(input);
  const eligible = entries.filter((entry) => entry.refusal === null);
  const refused = entries.filter((entry) => entry.refusal !== null);
  const trace = [...rank(eligible, input.policy, 1), ...rank(refused, input.policy, eligible.length + 1)];
  const ranking = rows(input, new Map(entries.map((entry) => [entry.candidate, entry])), trace);
  const held = input.policy.require_proven && !input.gate.proven;
  const counts = (input.invalid ?? null) === null;
  const first = eligible.length > 0 && !held && counts ? ranking[0] : undefined;
  const winner =
    first?.candidate != null
      ? { candidate: first.candidate, agent: first.agent, attempt: first.attempt, trial: first.trial }
      : null;
  const reason = winner === null ? whyNone(input, eligible.length, ranking) : (trace[0]?.words ?? '');
  const invalid = input.invalid == null ? {} : { invalid: input.invalid };
  return { task: input.task, winner, reason, gate: input.gate, ...invalid, ranking, trace };
}

function whyNone(
  { policy, gate, invalid }: DecideInput,
  eligible: number,
  ranking: readonly RankingRow[],
): string {
  if (invalid != null) return `no winner: the task does not count: ${invalid}`;
  if (policy.require_proven && !gate.proven && eligible > 0)
    return `no winner: the gate is not proven: ${gate.reason}`;
  return noWinner(ranking);
}

/** One entry per distinct candidate. */
function contenders(input: DecideInput): Entry[] {
  const entries = new Map<Digest, Entry>();
  for (const { result } of input.trials) {
    const candidate = result.candidate;
    if (candidate === null) continue;
    const digest = candidateDigest(candidate);
    if (entries.has(digest)) continue;
    const verdicts = input.verdictsOf(digest);
    entries.set(digest, {
      candidate: digest,
      measures: measuresOf(candidate, verdicts),
      verdicts,
      refusal: refusal(input.policy.gates, verdicts),
    });
  }
  return [...entries.values()];
}

/** A gate passes only with outcome `pass`: a missing verdict, `error` and `skipped` are a no. */
function refusal(gates: readonly string[], verdicts: readonly Verdict[]): string | null {
  for (const gate of gates) {
    const verdict = verdicts.find((candidate) => candidate.scorer === gate);
    if (verdict === undefined) return `${gate}: never scored`;
    if (verdict.outcome !== 'pass')
      return `${gate}: ${verdict.outcome === 'fail' ? '' : `${verdict.outcome}: `}${verdict.reason}`;
  }
  return null;
}

function rank(entries: readonly Entry[], policy: Policy, firstRank: number): RankTrace[] {
  const rounds = [...eliminate(entries, policy.order)];
  return rounds.map(({ chosen, steps }, index) => {
    const above = rounds[index - 1];
    const criterion = above?.eliminatedBy.get(chosen.candidate);
    const behind =
      above === undefined || criterion === undefined
        ? null
        : {
            candidate: above.chosen.candidate,
            criterion,
            own: chosen.measures.get(criterion) ?? null,
            other: above.chosen.measures.get(criterion) ?? null,
          };
    return {
      rank: firstRank + index,
      candidate: chosen.candidate,
      steps,
      behind,
      words: inWords(rounds, index, policy),
    };
  });
}

/** The first against the second, everyone else against the one above; a refusal comes before all comparing. */
function inWords(rounds: readonly Round<Entry>[], index: number, policy: Policy): string {
  const round = rounds[index];
  const other = rounds[index === 0 ? 1 : index - 1];
  if (round === undefined) throw new RangeError(`there is no rank ${index}`);
  const { refusal } = round.chosen;
  const criterion = (index === 0 ? round : other)?.eliminatedBy.get(
    (index === 0 ? other : round)?.chosen.candidate ?? '',
  );
  const separation =
    other === undefined || criterion === undefined
      ? ''
      : separationInWords(round.chosen, other.chosen, policy.order, criterion);
  if (refusal !== null)
    return [`refused: ${refusal}`, index === 0 ? '' : separation].filter((part) => part !== '').join('; ');
  if (rounds.length === 1) return 'the only candidate that passed every gate';
  return index === 0 ? `best of ${rounds.length} that passed every gate: ${separation}` : separation;
}

function rows(
  input: DecideInput,
  entries: ReadonlyMap<Digest, Entry>,
  trace: readonly RankTrace[],
): RankingRow[] {
  const ranks = new Map(trace.map((entry) => [entry.candidate, entry]));
  const list = input.trials.map(({ trial, result }): RankingRow => {
    const base = { agent: trial.agent, attempt: trial.attempt, trial: trial.id };
    const entry = result.candidate === null ? undefined : entries.get(candidateDigest(result.candidate));
    const ranked = entry === undefined ? undefined : ranks.get(entry.candidate);
    if (entry === undefined || ranked === undefined) {
      return {
        rank: null,
        candidate: null,
        ...base,
        eligible: false,
        reason: `no candidate: ${result.reason}`,
        verdicts: [],
      };
    }
    const verdicts = entry.verdicts
      .map(({ scorer, outcome, score }) => ({ scorer, outcome, score }))
      .sort((a, b) => compareText(a.scorer, b.scorer));
    return {
      rank: ranked.rank,
      candidate: entry.candidate,
      ...base,
      eligible: entry.refusal === null,
      reason: ranked.words,
      verdicts,
    };
  });
  // Two without a rank: ∞ − ∞ is NaN, which falls through to the names.
  return list.sort(
    (a, b) =>
      (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY) ||
      compareText(a.agent, b.agent) ||
      a.attempt - b.attempt,
  );
}

function noWinner(ranking: readonly RankingRow[]): string {
  if (ranking.length === 0) return 'no winner: no trial was run';
  const refused = new Set(ranking.filter((row) => row.candidate !== null).map((row) => row.candidate)).size;
  const without = ranking.filter((row) => row.candidate === null).length;
  const parts = [
    refused > 0
      ? `${refused} ${refused === 1 ? 'candidate was' : 'candidates were'} refused by a gate`
      : null,
    without > 0 ? `${without} ${without === 1 ? 'trial' : 'trials'} delivered no candidate` : null,
  ];
  return `no winner: ${parts.filter((part) => part !== null).join(', ')}`;
}
