import { z } from 'zod';

/**
 * What is read of SARIF 2.1.0 (OASIS, section 3), and no more: unknown members are passed over, members may be null or
 * missing wherever tools are known to write such logs. A member of a wrong type is an error.
 */
const text = z.string().nullish();
const index = z.number().int().min(-1).nullish();
/** Of a region: tools write 0, -1 and fractions for what they do not know. */
const position = z.number().nullish();
const record = z.record(z.string(), z.unknown()).nullish();
const list = <Item extends z.ZodType>(item: Item) => z.array(item).nullish();
const Level = z.enum(['error', 'warning', 'note', 'none']).nullish();

const Message = z.object({ text, markdown: text, id: text, arguments: list(z.string()) });
export type Message = z.infer<typeof Message>;

/** A multiformatMessageString. */
export const Multiformat = z.object({ text, markdown: text });

const Configuration = z.object({ level: Level });

const Descriptor = z.object({
  id: text,
  guid: text,
  name: text,
  shortDescription: Multiformat.nullish(),
  fullDescription: Multiformat.nullish(),
  helpUri: text,
  messageStrings: record,
  defaultConfiguration: Configuration.nullish(),
  properties: record,
});
export type Descriptor = z.infer<typeof Descriptor>;

const ToolComponent = z.object({
  name: text,
  guid: text,
  version: text,
  semanticVersion: text,
  dottedQuadFileVersion: text,
  rules: list(Descriptor),
  notifications: list(Descriptor),
  globalMessageStrings: record,
});
export type ToolComponent = z.infer<typeof ToolComponent>;

/** A reportingDescriptorReference. */
const Reference = z.object({
  id: text,
  index,
  guid: text,
  toolComponent: z.object({ name: text, index, guid: text }).nullish(),
});
export type Reference = z.infer<typeof Reference>;

const Overrides = list(z.object({ descriptor: Reference, configuration: Configuration }));

const Notification = z.object({
  level: Level,
  message: Message.nullish(),
  descriptor: Reference.nullish(),
});
export type Notification = z.infer<typeof Notification>;

const Invocation = z.object({
  executionSuccessful: z.boolean().nullish(),
  processStartFailureMessage: text,
  toolExecutionNotifications: list(Notification),
  toolConfigurationNotifications: list(Notification),
  ruleConfigurationOverrides: Overrides,
  notificationConfigurationOverrides: Overrides,
});
export type Invocation = z.infer<typeof Invocation>;

export const ArtifactLocation = z.object({ uri: text, uriBaseId: text, index });
export type ArtifactLocation = z.infer<typeof ArtifactLocation>;

const Artifact = z.object({ location: ArtifactLocation.nullish(), roles: list(z.string()) });

const Region = z.object({
  startLine: position,
  startColumn: position,
  endLine: position,
  endColumn: position,
});
export type Region = z.infer<typeof Region>;

const PhysicalLocation = z.object({
  artifactLocation: ArtifactLocation.nullish(),
  region: Region.nullish(),
});
export type PhysicalLocation = z.infer<typeof PhysicalLocation>;

/** Results are checked one by one, for there may be many: see `Result`. */
export const Run = z.object({
  tool: z.object({ driver: ToolComponent, extensions: list(ToolComponent) }),
  results: list(z.unknown()),
  invocations: list(Invocation),
  artifacts: list(Artifact),
  originalUriBaseIds: record,
  externalPropertyFileReferences: record,
});
export type Run = z.infer<typeof Run>;

export const Result = z.object({
  ruleId: text,
  ruleIndex: index,
  rule: Reference.nullish(),
  kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']).nullish(),
  level: Level,
  message: Message.nullish(),
  locations: list(z.object({ physicalLocation: PhysicalLocation.nullish() })),
  baselineState: z.enum(['new', 'unchanged', 'updated', 'absent']).nullish(),
  suppressions: list(
    z.object({
      kind: z.enum(['inSource', 'external']).nullish(),
      status: z.enum(['accepted', 'underReview', 'rejected']).nullish(),
    }),
  ),
  provenance: z.object({ invocationIndex: index }).nullish(),
  properties: record,
});
export type Result = z.infer<typeof Result>;

/** The log itself; runs are checked one by one. */
export const Log = z.object({
  version: z.literal('2.1.0', 'only SARIF 2.1.0 is read'),
  runs: z.array(z.unknown()).nullish(),
  inlineExternalProperties: list(z.unknown()),
});
