import type { Problem } from '../domain/errors.ts';
import { type FieldPath, type PlacedValue, problemAt } from './place.ts';

/** Which host variables a task may see, and their values. */
export interface HostEnv {
  /** Names listed in the suite's `allow_env`. */
  allowed: readonly string[];
  read: (name: string) => string | undefined;
}

export interface ResolvedEnv {
  env: Record<string, string>;
  problems: Problem[];
  notices: string[];
}

/** Harbor replaces a value only when the template is the whole of it; every other value is literal. */
const template = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?\}$/s;

/** Resolves the `${VAR}` and `${VAR:-default}` values of one env table. Host variables need the suite's leave. */
export function resolveEnv(
  table: Readonly<Record<string, string>>,
  document: PlacedValue,
  path: FieldPath,
  host: HostEnv,
): ResolvedEnv {
  const resolved: ResolvedEnv = { env: {}, problems: [], notices: [] };
  for (const [key, value] of Object.entries(table)) {
    const result = resolve(value, host);
    if ('problem' in result) {
      resolved.problems.push(problemAt(document, [...path, key], result.problem, result.fix));
      continue;
    }
    Object.defineProperty(resolved.env, key, { value: result.value, enumerable: true });
    if (result.notice !== undefined) resolved.notices.push(result.notice);
  }
  return resolved;
}

type Result = { value: string; notice?: string } | { problem: string; fix: string };

function resolve(value: string, host: HostEnv): Result {
  const match = template.exec(value);
  const name = match?.[1];
  if (name === undefined) return { value };
  const fallback = match?.[2];
  if (!host.allowed.includes(name)) {
    return fallback === undefined
      ? {
          problem: `asks for the host variable ${name}, which the suite does not allow`,
          fix: `add ${name} to allow_env in suite.yaml, or give a default: \${${name}:-…}`,
        }
      : {
          value: fallback,
          notice: `asks for the host variable ${name}; its default is used (allow_env gives it)`,
        };
  }
  const found = host.read(name) ?? fallback;
  return found === undefined
    ? {
        problem: `the host variable ${name} is not set`,
        fix: `export ${name}, or give a default: \${${name}:-…}`,
      }
    : { value: found };
}
