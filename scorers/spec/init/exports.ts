import { languageOf } from '../load/language.ts';

/** A public name of a module, and its type as an `export` check wants it where that could be read off one line. */
export interface ExportedName {
  name: string;
  signature: string | null;
}

const name = String.raw`([\p{L}_$][\p{L}\p{N}_$]*)`;
const script = {
  function: new RegExp(
    String.raw`^export\s+(?:async\s+)?function\s+${name}\s*(\([^()]*\))(?:\s*:\s*([^{]+?))?\s*\{`,
    'u',
  ),
  other: new RegExp(
    String.raw`^export\s+(?:declare\s+|abstract\s+|async\s+)*(?:function\*?|class|const|let|var|enum)\s+${name}`,
    'u',
  ),
  list: /^export\s*\{([^}]*)\}/,
};
const python = {
  function: new RegExp(
    String.raw`^((?:async\s+)?def\s+${name}\s*\(.*\)\s*(?:->\s*[^:]+)?)\s*:\s*(?:#.*)?$`,
    'u',
  ),
  start: new RegExp(String.raw`^(?:async\s+def|def|class)\s+${name}`, 'u'),
  constant: /^([A-Z][A-Z0-9_]*)\s*(?::[^=]+)?=/,
};
const maxLineLength = 1000;

/**
 * Names that a module shows to others, read line by line: what stands at the start of a line and is `export`ed, or in
 * Python does not begin with `_`. Types are left out. Nothing is resolved and nothing run.
 */
export function exportedNames(path: string, text: string): ExportedName[] {
  const language = languageOf(path);
  if (language === null) return [];
  const found = new Map<string, ExportedName>();
  const add = (each: string, signature: string | null = null) => {
    if (!found.has(each)) found.set(each, { name: each, signature });
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.length > maxLineLength || line === '' || /^\s/.test(line)) continue;
    if (language === 'python') pythonName(line, add);
    else scriptNames(line, language === 'typescript', add);
  }
  return [...found.values()];
}

type Add = (name: string, signature?: string | null) => void;

function scriptNames(line: string, isTyped: boolean, add: Add): void {
  const called = script.function.exec(line);
  if (called?.[1] !== undefined) {
    const [, own, parameters = '', result] = called;
    // The type of a parameter with a default is not always written out.
    const isWritten = isTyped && result !== undefined && !/=(?!>)/.test(parameters);
    add(own, isWritten ? `${parameters} => ${result.trim()}` : null);
    return;
  }
  const other = script.other.exec(line)?.[1];
  if (other !== undefined) add(other);
  for (const part of script.list.exec(line)?.[1]?.split(',') ?? []) {
    const own =
      part
        .trim()
        .split(/\s+as\s+/)
        .at(-1) ?? '';
    if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(own) && own !== 'default' && !part.trim().startsWith('type '))
      add(own);
  }
}

function pythonName(line: string, add: Add): void {
  const whole = python.function.exec(line);
  const own = whole?.[2] ?? python.start.exec(line)?.[1] ?? python.constant.exec(line)?.[1];
  if (own === undefined || own.startsWith('_')) return;
  add(own, whole?.[1] === undefined ? null : whole[1].replaceAll(/\s+/g, ' '));
}
