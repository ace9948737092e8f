import { z } from 'zod';
import { CommandCase, RequestCase, Service, StepsCase } from '../tests/blackbox/schema.ts';

/** Bounds of a spec. */
export const specLimits = { bytes: 1024 ** 2, requirements: 200, checks: 20, runs: 100_000 };

const line = z
  .string()
  .min(1)
  .max(2000)
  .refine((text) => !/[^\P{Cc}\n\t]/u.test(text), 'must not hold control characters');
const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be lower-case letters, digits, ".", "_" and "-", at most 100');
/** Relative, inside the task's folder or the workspace. */
const RelativePath = z
  .string()
  .min(1)
  .refine(
    (text) => !/\p{Cc}/u.test(text) && text.split('/').every((part) => !['', '.', '..'].includes(part)),
    'must be a relative path without empty, "." and ".." parts',
  );
/** As in [metadata.assay.tests] of a task: `*`, `**`, `?`, `{a,b}`, `[…]`, relative to the workspace. */
const Glob = z.string().min(1).max(500);
const Globs = z.array(Glob).min(1).max(200);
const count = z.number().int().min(0);

/** What a change may touch. A rename touches both of its paths. */
const Scope = z.strictObject({
  /** Only paths that one of these matches. Default: every path. */
  allow: Globs.optional(),
  /** None of these, whatever `allow` says. */
  deny: Globs.optional(),
  max_files: count.optional(),
  /** Added and deleted lines. */
  max_lines: count.optional(),
  /** Files that tools write: lock files, bundles, minified files, what says that it is generated. Default: refused. */
  generated: z.union([z.enum(['allow', 'deny']), z.strictObject({ allow: Globs })]).default('deny'),
  /** New or changed symbolic links. */
  symlinks: z.enum(['allow', 'deny']).default('deny'),
  /** Changes of a file's executable bit; new executable files. */
  modes: z.enum(['allow', 'deny']).default('deny'),
  /** Binary files, added or changed. */
  binaries: z.enum(['allow', 'deny']).default('deny'),
});
export type Scope = z.infer<typeof Scope>;

const VersionRange = z.string().min(1).max(200);
/** What may happen to what the project depends on, seen in lock files and manifests. */
const Dependencies = z.strictObject({
  /** Direct ones: none, any, or these by name with the versions that may be (ranges of the ecosystem). */
  add: z.union([z.enum(['none', 'any']), z.record(z.string().min(1), VersionRange)]).default('none'),
  /** Whether versions of what was there may change, and whether dependencies may go. */
  update: z.enum(['allow', 'deny']).default('deny'),
  remove: z.enum(['allow', 'deny']).default('deny'),
  /** SPDX ids that whatever comes, transitive ones included, may be under. Default: any. An unknown one is unknown. */
  licences: z.array(z.string().min(1)).min(1).optional(),
  /** Packages that run code when they are installed: none, any, or these. */
  install_scripts: z.union([z.enum(['allow', 'deny']), z.array(z.string().min(1)).min(1)]).default('deny'),
});
export type Dependencies = z.infer<typeof Dependencies>;

const Language = z.enum(['typescript', 'javascript', 'python']);

/** Tests of the task, by their ids as the tests scorer reports them; all that match must pass, and one must match. */
const TestCheck = z.union([
  z.strictObject({ id: z.string().min(1) }),
  /** `*` stands for any text. */
  z.strictObject({ pattern: z.string().min(1).max(500) }),
]);

/** A public name of a module, with its type where a signature is given. */
const ExportCheck = z.strictObject({
  /** Relative to the workspace. */
  module: RelativePath,
  name: z.string().regex(/^[\p{L}_$][\p{L}\p{N}_$]*$/u, 'is no name'),
  /**
   * TypeScript, JavaScript: a type, such as `(text: string) => number`, or for `kind: type` the type that it must equal.
   * Python: a `def` line without its colon, or a type. Compared as types, both ways unless `match` says otherwise.
   */
  signature: z.string().min(1).max(4000).optional(),
  /** `equal`: each can stand for the other. `assignable`: it can be used wherever the signature can. */
  match: z.enum(['equal', 'assignable']).default('equal'),
  kind: z.enum(['value', 'type']).default('value'),
  /** Imports and, in TypeScript, declarations that the signature needs. */
  preamble: z.string().max(4000).optional(),
  language: Language.optional(),
});

/** Code that must or must not be there, as ast-grep finds it. */
const PatternCheck = z
  .strictObject({
    language: z.string().min(1).max(40),
    /** Which files are looked at; all of the language by default. */
    files: Globs.optional(),
    /** A pattern of ast-grep, such as `eval($$$)`. */
    must: z.string().min(1).max(4000),
    must_not: z.string().min(1).max(4000),
    /** A rule object of ast-grep in place of a pattern. */
    must_rule: z.record(z.string(), z.json()),
    must_not_rule: z.record(z.string(), z.json()),
    /** Only what the candidate added counts. */
    only_new: z.boolean(),
  })
  .partial({ files: true, must: true, must_not: true, must_rule: true, must_not_rule: true, only_new: true })
  .refine(
    ({ must, must_not, must_rule, must_not_rule }) =>
      [must, must_not, must_rule, must_not_rule].filter((each) => each !== undefined).length === 1,
    'needs exactly one of must, must_not, must_rule and must_not_rule',
  );

/** A program with arguments and expected output, as a case of `cases.yaml` without its name. `command` is needed. */
const CommandCheck = CommandCase.omit({ name: true, args: true });
/** A request to the spec's `service`, as a case of `cases.yaml`. */
const RequestCheck = RequestCase.omit({ name: true });
const StepsCheck = StepsCase.omit({ name: true });

/** What answers of a program or service must look like. Files are relative to the task's folder. */
const SchemaCheck = z.strictObject({
  /** Standard output as JSON, or the answer to a request, whose status and headers count too under `openapi`. */
  of: z.union([
    z.strictObject({ command: CommandCheck }),
    z.strictObject({
      request: RequestCase.shape.request,
      timeout_sec: z.number().positive().max(3600).optional(),
    }),
  ]),
  /** A JSON Schema (2020-12 unless it says draft-07): a file, or the schema itself. */
  json_schema: z.union([RelativePath, z.record(z.string(), z.json())]).optional(),
  /** An OpenAPI 3 document; the operation is found by method and path. */
  openapi: RelativePath.optional(),
});

/**
 * A file of tests over random inputs, relative to the task's folder: with fast-check and `node:test`, or with Hypothesis
 * and `unittest`. It stands in the workspace's folder `at` while it runs, which its imports are relative to.
 */
const PropertyCheck = z.strictObject({
  file: RelativePath,
  language: Language.optional(),
  /** Folder of the workspace; the workspace itself by default. */
  at: RelativePath.optional(),
  runs: z.number().int().min(1).max(specLimits.runs).default(100),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  timeout_sec: z.number().positive().max(3600).default(60),
});

/** Every kind of check, by the one key that a check has. */
export const checkKinds = {
  test: TestCheck,
  export: ExportCheck,
  pattern: PatternCheck,
  command: CommandCheck,
  request: RequestCheck,
  steps: StepsCheck,
  schema: SchemaCheck,
  property: PropertyCheck,
} as const;
export type CheckKind = keyof typeof checkKinds;
/** What a check of one kind says. */
export type GivenCheck<Kind extends CheckKind = CheckKind> = z.infer<(typeof checkKinds)[Kind]>;

/** `{ <kind>: … }`; told apart and parsed one by one, so that a fault is told of the kind that was meant. */
const Check = z.looseObject({});

/** An acceptance criterion: a sentence and what can say no to it. Without any check it is unverified. */
const Criterion = z.strictObject({
  id: Id,
  says: line,
  check: Check.optional(),
  checks: z.array(Check).min(1).max(specLimits.checks).optional(),
});

/** A candidate that breaks the named requirements and nothing else: shows that each of them can say no. */
const SpecControl = z.strictObject({
  name: Id,
  /** A patch against the reference solution, relative to the task's folder. */
  patch: RelativePath,
  breaks: z.array(z.string().min(1)).min(1),
});

/** Behaviour beyond the criteria that is known and fine; everything else is listed as unspecified. */
const Assumed = z.strictObject({
  exports: z.array(z.string()).default([]),
  environment: z.array(z.string()).default([]),
  network: z.boolean().default(false),
  file_system: z.boolean().default(false),
  process: z.boolean().default(false),
});

/** `spec.yaml`: the contract of a task. */
export const SpecFile = z.strictObject({
  version: z.literal(1),
  intent: line,
  scope: Scope.optional(),
  /** As in `cases.yaml`: what `request`, `steps` and `schema` checks ask. */
  service: Service.optional(),
  criteria: z.array(Criterion).min(1).max(specLimits.requirements),
  /** The same checks; they hold on the base as well. A base that breaks one shows that the spec is wrong. */
  invariants: z.array(Criterion).max(specLimits.requirements).default([]),
  dependencies: Dependencies.optional(),
  assumed: Assumed.prefault({}),
  controls: z.array(SpecControl).max(100).default([]),
});
export type SpecFile = z.infer<typeof SpecFile>;
