import { Unreadable } from './unreadable.ts';

interface Named {
  name: string;
  version: string;
}

/**
 * `pnpm-lock.yaml` and `yarn.lock` of Yarn 2 and newer: YAML as these tools write it, line by line, for the same reasons as
 * `readTomlLock`. Whatever could say a package in another way is `Unreadable`.
 */
export function readPnpmLock(text: string): Named[] {
  const packages: Named[] = [];
  if (!/^lockfileVersion:/m.test(text)) throw new Unreadable('it does not say its version');
  let isPackages = false;
  for (const { line, number } of linesOf(text)) {
    if (!line.startsWith(' ')) {
      if (!/^[A-Za-z]+:|^---/.test(line)) throw strange(number);
      isPackages = line.startsWith('packages:');
      if (isPackages && !/^packages:\s*(\{\}\s*)?$/.test(line)) throw strange(number);
      continue;
    }
    if (!isPackages || /^ {3}/.test(line)) continue;
    // `/name@1.0.0(peer@2.0.0)`, `name@1.0.0`, or `/name/1.0.0` of old; what is no registry's has a URL for a version.
    const [, key] = /^ {2}'?\/?([^\s'"&*!|>{}[\],]+?)'?:(?:\s*\{\})?$/.exec(line) ?? [];
    if (key === undefined) throw strange(number);
    const plain = key.split('(')[0] ?? '';
    const [, name, version] =
      /^((?:@[^/]+\/)?[^@/]+)\/(\d[^_]*)/.exec(plain) ?? /^(@?[^@]+)@(.+)$/.exec(plain) ?? [];
    if (name === undefined || version === undefined) throw strange(number);
    packages.push({ name, version });
  }
  return packages;
}

export function readYarnBerryLock(text: string): Named[] {
  const packages: Named[] = [];
  let open: number | null = null;
  for (const { line, number } of linesOf(text)) {
    if (!line.startsWith(' ')) {
      if (open !== null) throw strange(open);
      if (!/^(?:__metadata|"[^"\\]+"|[^\s"'&*!?|>{}[\]]+):$/.test(line)) throw strange(number);
      open = line === '__metadata:' ? null : number;
      continue;
    }
    const [, name, version] = /^ {2}resolution: "(@?[^"@\\]+)@([^"\\]+)"$/.exec(line) ?? [];
    if (name === undefined || version === undefined) continue;
    open = null;
    if (/^(?:workspace|link|portal):/.test(version)) continue;
    // A patched package is still that package.
    const patched = /^patch:.*?@npm(?::|%3A)([^#]+)#/.exec(version)?.[1];
    packages.push({ name, version: patched ?? version.replace(/^npm:/, '').replace(/::.*/, '') });
  }
  if (open !== null) throw strange(open);
  return packages;
}

function* linesOf(text: string): Generator<{ line: string; number: number }> {
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd();
    if (line !== '' && !line.trimStart().startsWith('#')) yield { line, number: index + 1 };
  }
}

function strange(number: number): Unreadable {
  return new Unreadable(`line ${number} is not as a lock has it`);
}
