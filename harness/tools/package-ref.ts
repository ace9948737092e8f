import { inputError } from '../domain/errors.ts';
import type { PackageRef } from './toolbox.ts';

/** A `PackageRef` taken apart. */
export interface ParsedRef {
  ecosystem: 'npm' | 'pypi';
  package: string;
  version: string;
  /** Its folder's name: one for each package and version, safe in paths. */
  name: string;
}

const npmRef = /^((?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*)@(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/;
const pypiRef = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)==((?:\d+!)?\d+(?:\.\d+)*[A-Za-z0-9.]*)$/;

/** Throws `input` unless it names one exact version. */
export function parseRef(ref: PackageRef): ParsedRef {
  const npm = 'npm' in ref;
  const text = npm ? ref.npm : ref.pypi;
  const match = text.length <= 300 ? (npm ? npmRef : pypiRef).exec(text) : null;
  if (match === null) {
    throw inputError(`${JSON.stringify(text)} is no package with an exact version`, {
      fix: npm ? 'write it as name@1.2.3' : 'write it as name==1.2.3',
    });
  }
  const [, name = '', version = ''] = match;
  const packageName = npm ? name : normalProject(name);
  const ecosystem = npm ? 'npm' : 'pypi';
  // "+" stands in no name of either registry, so that different packages never share a folder.
  return {
    ecosystem,
    package: packageName,
    version,
    name: `${ecosystem}+${packageName.replace('/', '+')}@${version.replace('!', '+')}`,
  };
}

/** The one spelling of a project's name (PEP 503). */
export function normalProject(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
