import { AssayError } from '../../../../harness/domain/errors.ts';
import { parseTomlWithPlaces } from '../../../../harness/plan/parse-toml.ts';
import { ToolFailure, type ToolInput } from '../../tool.ts';

type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The text of a file of the base that steers a tool; null where the base has no such file. Throws `ToolFailure` where
 * it has one that is not text.
 */
export function baseText(path: string, input: Pick<ToolInput<unknown>, 'base' | 'baseFile'>): string | null {
  if (!input.base.has(path)) return null;
  const text = input.baseFile(path);
  if (text === null) throw new ToolFailure(`the base's ${path} is no text, or too large`);
  return text;
}

/**
 * Reads the base's configuration when it is first asked for: one that says nonsense is nothing to a suite which brings a
 * configuration of its own.
 */
export function lazily<T>(read: () => T): () => T {
  let kept: { value: T } | undefined;
  return () => {
    kept ??= { value: read() };
    return kept.value;
  };
}

/** Value at a key of a TOML document of the base; undefined where it has none. Throws `ToolFailure` for broken TOML. */
export function tomlValue(path: string, text: string, key: readonly string[]): unknown {
  let value: unknown;
  try {
    value = parseTomlWithPlaces(text, path).value;
  } catch (error) {
    if (error instanceof AssayError) throw new ToolFailure(`the base's ${error.message}`);
    throw error;
  }
  for (const name of key) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** Sections of an ini file as Python's configparser reads them: keys in lower case, indented lines go on. */
export function readIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const [, header] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map();
      sections.set(header, section);
      key = undefined;
      continue;
    }
    if (/^\s/.test(line) && key !== undefined) {
      section?.set(key, `${section.get(key) ?? ''}\n${line.trim()}`);
      continue;
    }
    const [, name, value = ''] = /^([^=:]+)[=:](.*)$/.exec(line.trim()) ?? [];
    key = name?.trim().toLowerCase();
    if (key !== undefined) section?.set(key, value.trim());
  }
  return sections;
}

/** Entries of a list that is separated by commas or line ends. */
export function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
