import { z } from 'zod';
import { ToolFailure, type ToolInput } from '../../tool.ts';

/** Options of a tool that is steered by a file of the suite, of the base, or by what Assay sets where there is none. */
export const configurationOptions = {
  /** File of the suite. */
  config: z.string().min(1).optional(),
  /** Whose configuration; left out: the suite's where it names a file, else the base's where it has one, else ours. */
  use: z.enum(['suite', 'base', 'default']).optional(),
};

/** Option of a tool whose configuration may load other files of the workspace. */
export const moreConfigurationOption = {
  /** Globs of further files that steer the tool and are taken from the base, such as rules that its configuration loads. */
  configuration: z.array(z.string().min(1)).default([]),
};

interface ConfigurationOptions {
  config?: string | undefined;
  use?: 'suite' | 'base' | 'default' | undefined;
}

/** What steers a tool: the content of a file of the suite, the base's files as they lie in the workspace, or ours. */
export type Configuration = { use: 'suite'; content: Uint8Array } | { use: 'base' } | { use: 'default' };

/**
 * Chooses by what suite and base have, never by what the candidate has. Throws `ToolFailure` where what is asked for is
 * not there.
 */
export function chooseConfiguration(
  input: ToolInput<ConfigurationOptions>,
  isBaseConfiguration: (path: string) => boolean,
): Configuration {
  const { config, use } = input.options;
  if (use === 'suite' || (use === undefined && config !== undefined)) {
    if (config === undefined)
      throw new ToolFailure('it is to use a file of the suite, and `config` names none');
    const content = input.suiteFile(config);
    if (content === null) throw new ToolFailure(`the suite has no file ${config}`);
    return { use: 'suite', content };
  }
  // One that stands deeper, such as a test's, steers little of the tree: it must be asked for.
  const isUsable = (path: string) => (use === 'base' || !path.includes('/')) && isBaseConfiguration(path);
  const has = [...input.base].some(isUsable);
  if (use === 'base' && !has)
    throw new ToolFailure('it is to use the configuration of the base, which has none');
  return use !== 'default' && has ? { use: 'base' } : { use: 'default' };
}
