import type { Digest } from '../domain/digest.ts';
import type { ReadOnlyMount } from '../sandbox/sandbox.ts';

/** A tool that is pinned with everything that it needs. */
export interface ToolPin {
  /** E.g. `eslint`; also its folder below `/opt/assay/tools` in a container. */
  name: string;
  /** Of its main package. */
  version: string;
  /** Of its lock: names every byte that it is installed from. */
  digest: Digest;
}

/** A tool as it lies on this machine, ready to be mounted. */
export interface InstalledTool extends ToolPin {
  mount: ReadOnlyMount;
}

/** A package that a suite names by its exact version, beside those that Assay pins itself. */
export type PackageRef = { npm: string } | { pypi: string };

/** Pinned tools, installed once per version on this machine and mounted read-only into containers. */
export interface Toolbox {
  /**
   * Installs a tool unless it is there, and checks that what is there is what was installed. Runs none of its code.
   * Throws `infrastructure` where it cannot be fetched, is not what is pinned, or does not run on this platform;
   * `TypeError` for a name that is not pinned; the signal's reason.
   */
  get(tool: string | PackageRef, signal?: AbortSignal): Promise<InstalledTool>;
}

/** Where tools stand in a container. */
export const toolsDir = '/opt/assay/tools';
