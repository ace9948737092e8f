/** A language as ast-grep names it, and the file extension by which it knows one. */
export interface Dialect {
  language: string;
  extension: string;
}

/** ast-grep's own names and extensions: https://ast-grep.github.io/reference/languages.html. The first one stands for all. */
const languages: Readonly<Record<string, { aliases?: string[]; extensions: [string, ...string[]] }>> = {
  Bash: { extensions: ['sh', 'bash', 'bats', 'ksh', 'zsh', 'command', 'cgi', 'fcgi', 'env', 'tool', 'tmux'] },
  C: { extensions: ['c', 'h'] },
  Cpp: {
    aliases: ['c++', 'cc', 'cxx'],
    extensions: ['cpp', 'cc', 'hpp', 'c++', 'hh', 'cxx', 'hxx', 'cu', 'ino'],
  },
  CSharp: { aliases: ['cs', 'c#'], extensions: ['cs'] },
  Css: { extensions: ['css', 'scss'] },
  Elixir: { aliases: ['ex'], extensions: ['ex', 'exs'] },
  Go: { aliases: ['golang'], extensions: ['go'] },
  Haskell: { aliases: ['hs'], extensions: ['hs'] },
  Html: { extensions: ['html', 'htm', 'xhtml'] },
  Java: { extensions: ['java'] },
  JavaScript: { aliases: ['js', 'jsx'], extensions: ['js', 'mjs', 'cjs', 'jsx'] },
  Json: { extensions: ['json'] },
  Kotlin: { aliases: ['kt'], extensions: ['kt', 'ktm', 'kts'] },
  Lua: { extensions: ['lua'] },
  Nix: { extensions: ['nix'] },
  Php: { extensions: ['php'] },
  Python: { aliases: ['py'], extensions: ['py', 'py3', 'pyi', 'bzl'] },
  Ruby: { aliases: ['rb'], extensions: ['rb', 'rbw', 'gemspec'] },
  Rust: { aliases: ['rs'], extensions: ['rs'] },
  Scala: { extensions: ['scala', 'sc', 'sbt'] },
  Solidity: { aliases: ['sol'], extensions: ['sol'] },
  Swift: { extensions: ['swift'] },
  TypeScript: { aliases: ['ts'], extensions: ['ts', 'mts', 'cts'] },
  Tsx: { extensions: ['tsx'] },
  Yaml: { aliases: ['yml'], extensions: ['yaml', 'yml'] },
};

/** ast-grep's name of a language; null for one that it does not know. */
export function languageNamed(name: string): string | null {
  const wanted = name.toLowerCase();
  const found = Object.entries(languages).find(
    ([language, { aliases = [] }]) => language.toLowerCase() === wanted || aliases.includes(wanted),
  );
  return found?.[0] ?? null;
}

const dialects: Readonly<Record<string, string>> = {
  ...Object.fromEntries(languages.TypeScript?.extensions.map((each) => [each, 'TypeScript']) ?? []),
  tsx: 'Tsx',
};

/** Whether a file is of a language by its name. TypeScript holds TSX too, with which one program is often written. */
export function isOfLanguage(language: string, path: string): boolean {
  const own = languages[language]?.extensions ?? [];
  const all = language === 'TypeScript' ? [...own, 'tsx'] : own;
  return all.includes(extensionOf(path));
}

/**
 * As what a file is to be parsed that is looked at for a language: its own dialect of JavaScript and TypeScript, which
 * ast-grep takes for three languages, and else the language that was asked for, whatever its name.
 */
export function dialectOf(language: string, path: string): Dialect {
  const own = dialects[extensionOf(path)];
  const family = ['JavaScript', 'TypeScript', 'Tsx'];
  // JavaScript where TypeScript is meant may hold JSX.
  const other = language === 'TypeScript' ? 'Tsx' : language;
  const chosen = family.includes(language) ? (own ?? other) : language;
  return { language: chosen, extension: languages[chosen]?.extensions[0] ?? '' };
}

function extensionOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
