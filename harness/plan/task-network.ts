import type { Problem } from '../domain/errors.ts';
import type { TaskSpec } from '../domain/task.ts';
import { type FieldPath, type PlacedValue, problemAt } from './place.ts';
import type { TaskToml } from './task-toml.ts';

type NetworkMode = TaskSpec['agent']['network'];

export interface TaskNetwork {
  environment: NetworkMode;
  agent: NetworkMode;
  verifier: NetworkMode;
  /** Some phase has a public network only because the task says nothing about it. */
  implied: { agent: boolean; verifier: boolean };
  problems: Problem[];
  notices: string[];
}

interface Wish {
  mode: NetworkMode;
  /** The field that says so; null where it is Harbor's default. */
  field: FieldPath | null;
}

const modes = { public: 'public', 'no-network': 'none', allowlist: 'allowlist' } as const;

/**
 * What each phase asks for: its own override, else the environment's baseline, else Harbor's default (public). Says
 * in words what the suite does not give. Only a suite with `network: task` gives an agent any; nothing gives tests any.
 */
export function readNetwork(toml: TaskToml, document: PlacedValue, given: 'none' | 'task'): TaskNetwork {
  const baseline = baselineOf(toml.environment, ['environment']);
  const agent = overrideOf(toml.agent, ['agent', 'network_mode']) ?? baseline;
  const own = toml.verifier.environment;
  const verifier =
    overrideOf(toml.verifier, ['verifier', 'network_mode']) ??
    (own === undefined ? baseline : baselineOf(own, ['verifier', 'environment']));
  const network: TaskNetwork = {
    environment: baseline.mode,
    agent: agent.mode,
    verifier: verifier.mode,
    implied: { agent: agent.field === null, verifier: verifier.field === null },
    problems: strayHosts(toml, document),
    notices: [],
  };
  if (given === 'none') refuseQuietly(network, agent, verifier);
  else {
    if (agent.mode === 'allowlist' && agent.field !== null)
      network.problems.push(problemAt(document, agent.field, ...allowlistUnsupported));
    if (asks(verifier))
      network.notices.push(`its tests ask for ${words(verifier.mode)}; tests never get one`);
  }
  return network;
}

const allowlistUnsupported = [
  'a network with an allowlist is not supported yet',
  'write "no-network" or "public", or leave out `network: task` in suite.yaml',
] as const;

function refuseQuietly(network: TaskNetwork, agent: Wish, verifier: Wish): void {
  const hint = 'network: task in suite.yaml gives its agents what it asks for, its tests never';
  if (asks(agent) && asks(verifier) && agent.mode === verifier.mode)
    network.notices.push(`asks for ${words(agent.mode)} and gets none (${hint})`);
  else if (asks(agent))
    network.notices.push(`asks for ${words(agent.mode)} for its agents, who get none (${hint})`);
  else if (asks(verifier))
    network.notices.push(`its tests ask for ${words(verifier.mode)}; tests never get one`);
}

function asks(wish: Wish): boolean {
  return wish.field !== null && wish.mode !== 'none';
}

function words(mode: NetworkMode): string {
  return mode === 'public' ? 'a public network' : 'a network with an allowlist';
}

function baselineOf(environment: TaskToml['environment'], path: FieldPath): Wish {
  const own = overrideOf(environment, [...path, 'network_mode']);
  if (own) return own;
  if (environment.allow_internet === undefined) return { mode: 'public', field: null };
  const mode = environment.allow_internet ? 'public' : 'none';
  return { mode, field: [...path, 'allow_internet'] };
}

function overrideOf(table: { network_mode?: keyof typeof modes | undefined }, field: FieldPath): Wish | null {
  return table.network_mode === undefined ? null : { mode: modes[table.network_mode], field };
}

function strayHosts(toml: TaskToml, document: PlacedValue): Problem[] {
  const tables = [
    [['environment'], toml.environment],
    [['agent'], toml.agent],
    [['verifier'], toml.verifier],
    [['verifier', 'environment'], toml.verifier.environment],
  ] as const;
  return tables.flatMap(([path, table]) =>
    table?.allowed_hosts === undefined || table.network_mode === 'allowlist'
      ? []
      : [
          problemAt(
            document,
            [...path, 'allowed_hosts'],
            'needs network_mode = "allowlist"',
            'add network_mode = "allowlist", or remove allowed_hosts',
          ),
        ],
  );
}
