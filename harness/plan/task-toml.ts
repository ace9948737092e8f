import { z } from 'zod';
import { AssayTable } from './task-assay.ts';

/** Newest schema of Harbor's `task.toml` that is read. */
export const newestTaskSchema = '1.4';

const seconds = z.number().positive();
const strings = z.array(z.string());
const env = z.record(
  z.string().regex(/^[^=\0]+$/, 'must be the name of a variable'),
  z.string().regex(/^[^\0]*$/, 'must not hold a NUL character'),
);
const user = z.union([z.string().min(1), z.number().int().min(0)]);

const network = {
  network_mode: z.enum(['public', 'no-network', 'allowlist']).optional(),
  allowed_hosts: strings.optional(),
};

const size = z.string().regex(/^\d+(\.\d+)?[KMG]$/i, 'must be a size such as 2G or 512M');

const Healthcheck = z.object({
  command: z.string().min(1),
  interval_sec: seconds.default(5),
  timeout_sec: seconds.default(30),
  start_period_sec: z.number().min(0).default(0),
  start_interval_sec: seconds.default(5),
  retries: z.number().int().min(1).default(3),
});

const Environment = z.object({
  ...network,
  build_timeout_sec: seconds.default(600),
  docker_image: z.string().min(1).optional(),
  os: z.string().optional(),
  cpus: z.number().positive().optional(),
  memory_mb: z.number().int().positive().optional(),
  storage_mb: z.number().int().positive().optional(),
  gpus: z.number().int().min(0).optional(),
  gpu_types: strings.optional(),
  tpu: z.unknown().optional(),
  mcp_servers: z.array(z.unknown()).optional(),
  env: env.default({}),
  skills_dir: z.string().optional(),
  healthcheck: Healthcheck.optional(),
  workdir: z.string().optional(),
  allow_internet: z.boolean().optional(),
  memory: size.optional(),
  storage: size.optional(),
});

const ArtifactTable = z.object({
  source: z.string().min(1),
  destination: z.string().min(1).optional(),
  exclude: strings.default([]),
  service: z.string().optional(),
});

const CollectHook = z.object({
  command: z.string().min(1),
  service: z.string().default('main'),
  timeout_sec: seconds.default(60),
  user: user.optional(),
});

const namePart = '[A-Za-z0-9][A-Za-z0-9._-]*';

/**
 * `task.toml`, Harbor schema 1.0 to 1.4. As in Harbor, a field that is not named here is no error; parts that are
 * never interpreted, and parts that are refused as a whole, are `unknown`.
 */
export const TaskToml = z.object({
  schema_version: z.string().optional(),
  /** Older name of schema_version. */
  version: z.string().optional(),
  task: z
    .object({
      name: z
        .string()
        .regex(new RegExp(`^${namePart}/${namePart}$`), 'must be <organisation>/<name>')
        .refine((name) => !name.includes('..'), 'must not hold ".."'),
      version: z.string().min(1).optional(),
      description: z.string().default(''),
      authors: z.array(z.object({ name: z.string(), email: z.string().optional() })).optional(),
      keywords: strings.optional(),
    })
    .optional(),
  /** Everyone's; `assay` in it is ours. */
  metadata: z.looseObject({ assay: AssayTable.prefault({}) }).prefault({}),
  source: z.string().optional(),
  artifacts: z.array(z.union([z.string().min(1), ArtifactTable])).default([]),
  multi_step_reward_strategy: z.enum(['mean', 'final']).optional(),
  steps: z.array(z.unknown()).optional(),
  verifier: z
    .object({
      ...network,
      timeout_sec: seconds.default(600),
      env: env.default({}),
      user: user.optional(),
      environment_mode: z.enum(['shared', 'separate']).optional(),
      environment: Environment.optional(),
      collect: z.array(CollectHook).default([]),
    })
    .prefault({}),
  agent: z.object({ ...network, timeout_sec: seconds.optional(), user: user.optional() }).prefault({}),
  environment: Environment.prefault({}),
  solution: z.object({ env: env.default({}) }).prefault({}),
});
export type TaskToml = z.infer<typeof TaskToml>;
