import { z } from 'zod';
import { Name } from './names.ts';
import { defaultPolicy, Policy } from './policy.ts';

const Globs = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => [value].flat());

/** `scorers:` entries: a bare name, or a name with that scorer's own options (checked by the scorer). */
const ScorerEntry = z.union([Name.transform((name) => ({ name })), z.looseObject({ name: Name })]);

/** `agents:` entries. The adapter checks the rest of the entry with its own schema. */
const AgentEntry = z.looseObject({ name: Name, adapter: z.string().min(1) });

/** Overrides of the sandbox for every container of the suite; a task's own smaller or larger values win. */
export const SandboxOptions = z.strictObject({
  runtime: z.enum(['runc', 'runsc']).optional(),
  cpus: z.number().positive().max(1024).optional(),
  memory_mb: z.number().int().min(16).optional(),
  pids: z.number().int().min(8).optional(),
  storage_mb: z.number().int().min(1).optional(),
  tmp_mb: z.number().int().min(1).optional(),
});
export type SandboxOptions = z.infer<typeof SandboxOptions>;

/** `suite.yaml`, after defaults. Paths and globs are relative to the suite's folder. */
export const Suite = z.strictObject({
  name: Name,
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'must be a version such as 1.0.0'),
  description: z.string().default(''),
  tasks: Globs,
  agents: z.array(AgentEntry).min(1),
  attempts: z.number().int().min(1).max(1000).default(1),
  scorers: z
    .array(ScorerEntry)
    .min(1)
    .default([{ name: 'tests' }]),
  ranking: Policy.default(defaultPolicy),
  /** `none`: no container has a network. `task`: an agent's container gets what its task asks for. */
  network: z.enum(['none', 'task']).default('none'),
  sandbox: SandboxOptions.default({}),
  /** Names of host variables that tasks may read through `${VAR}` in their env tables. */
  allow_env: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)).default([]),
  /** Further gitignore-style patterns; files that agents added and that match are not part of a candidate. */
  ignore: z.array(z.string().min(1)).default([]),
  concurrency: z.number().int().min(1).max(1024).optional(),
});
export type Suite = z.infer<typeof Suite>;
