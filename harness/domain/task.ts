import { z } from 'zod';
import { Digest } from './digest.ts';
import { TestSettings } from './test-settings.ts';

/** One thing to collect from an agent's container after it stopped (Harbor's `artifacts`). */
const Artifact = z.strictObject({
  source: z.string().min(1),
  destination: z.string().nullable(),
  exclude: z.array(z.string()),
});

/** Harbor's healthcheck; all times in seconds. */
export const Healthcheck = z.strictObject({
  command: z.string().min(1),
  intervalSec: z.number().positive(),
  timeoutSec: z.number().positive(),
  startPeriodSec: z.number().min(0),
  startIntervalSec: z.number().positive(),
  retries: z.number().int().min(1),
});
export type Healthcheck = z.infer<typeof Healthcheck>;

const User = z.union([z.string(), z.number().int().min(0)]).nullable();
const NetworkMode = z.enum(['none', 'public', 'allowlist']);

/** The environment of a separate verifier. Without image and Dockerfile, it is the task's own image. */
const VerifierImage = z.strictObject({
  /** Names the image: content hash of its build context plus docker_image. */
  digest: Digest,
  /** Folder of the build context inside of the task; null where there is none. */
  context: z.string().nullable(),
  dockerImage: z.string().nullable(),
  buildTimeoutSec: z.number().positive(),
  workdir: z.string().nullable(),
  env: z.record(z.string(), z.string()),
  cpus: z.number().positive().nullable(),
  memoryMb: z.number().int().positive().nullable(),
  storageMb: z.number().int().positive().nullable(),
  healthcheck: Healthcheck.nullable(),
});

/**
 * What the harness needs to know of a Harbor task, after defaults, deprecations and templates: plain data.
 * `null` means that the task does not say. Env values hold templates already resolved.
 */
export const TaskSpec = z.strictObject({
  /** Unique in a suite: the part of `[task].name` after the slash, else the folder's name. */
  id: z.string().min(1),
  /** `[task].name` as written, else the folder's name. */
  fullName: z.string().min(1),
  description: z.string(),
  /** Of every file that the task is made of, with executable bits and links. */
  digest: Digest,
  /** Harbor's content hash, by which other tools know the task; leaves out what the task's .gitignore names. */
  harborDigest: Digest,
  instruction: z.string(),
  environment: z.strictObject({
    /** Content hash of environment/ alone plus docker_image: names the image. */
    digest: Digest,
    dockerImage: z.string().nullable(),
    hasDockerfile: z.boolean(),
    buildTimeoutSec: z.number().positive(),
    workdir: z.string().nullable(),
    env: z.record(z.string(), z.string()),
    cpus: z.number().positive().nullable(),
    memoryMb: z.number().int().positive().nullable(),
    storageMb: z.number().int().positive().nullable(),
    network: NetworkMode,
    healthcheck: Healthcheck.nullable(),
  }),
  agent: z.strictObject({
    timeoutSec: z.number().positive().nullable(),
    user: User,
    network: NetworkMode,
  }),
  verifier: z.strictObject({
    timeoutSec: z.number().positive(),
    env: z.record(z.string(), z.string()),
    user: User,
    network: NetworkMode,
    /** Harbor's separate verifier: an image of its own, which holds the tests and gets the artifacts; null: shared. */
    separate: VerifierImage.nullable(),
    /** Commands run in a copy of the agent's container, without its processes, before artifacts are collected. */
    collect: z.array(
      z.strictObject({ command: z.string().min(1), timeoutSec: z.number().positive(), user: User }),
    ),
  }),
  tests: TestSettings,
  /** `state`: not the workspace alone but all that the attempt changed in its container is what is scored. */
  deliverable: z.enum(['workspace', 'state']),
  /** Mutants of the reference solution that no test can tell from it, by id, each with the reason. */
  equivalentMutants: z.array(z.strictObject({ id: z.string().min(1), reason: z.string().min(1) })),
  solution: z.strictObject({ exists: z.boolean(), env: z.record(z.string(), z.string()) }),
  artifacts: z.array(Artifact),
  /** What the task asks for and does not get, in words; shown before a run. */
  notices: z.array(z.string()),
});
export type TaskSpec = z.infer<typeof TaskSpec>;

/** A task and where it lies on this machine. The folder never enters a digest or a report. */
export interface LoadedTask {
  spec: TaskSpec;
  dir: string;
}
