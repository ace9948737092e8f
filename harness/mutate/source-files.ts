const folders =
  /(?:^|\/)(?:__mocks__|__snapshots__|__tests__|benchmarks?|docs?|e2e|examples?|fixtures?|node_modules|site-packages|testdata|tests?|third[_-]party|vendor)\//i;

const names =
  /^(?:conftest\.py|test_.*\.py|.*_tests?\.(?:py|go)|.*_spec\.rb|.*[.-](?:test|spec|bench|stories)\.[a-z]+|.*\.(?:test-d|d)\.[cm]?ts)$/i;

const locks =
  /^(?:.*[.-]lock|.*[.-]lock\.(?:json|yaml)|go\.sum|npm-shrinkwrap\.json|bun\.lockb|pnpm-lock\.yaml|.*\.snap)$/i;

const documents =
  /^(?:.*\.(?:md|mdx|markdown|rst|adoc|asciidoc)|authors.*|change(?:log|s).*|contributing.*|copying.*|history.*|licen[cs]e.*|news.*|notice.*|readme.*|\.editorconfig|\.gitattributes|\.gitignore)$/i;

const generatedNames = /(?:[.-](?:generated|gen|min|bundle)\.[a-z]+|_pb2(?:_grpc)?\.py|\.pb\.[a-z]+)$/i;

const settings =
  /^(?:.*\.config\.[cm]?[jt]s|\.eslintrc\.c?js|setup\.py|noxfile\.py|gulpfile\.js|gruntfile\.js)$/i;

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** False for what no test of a program's behaviour looks at: tests themselves, documents, lock files. */
export function isJudged(path: string): boolean {
  const name = nameOf(path);
  return !folders.test(path) && ![names, locks, documents].some((pattern) => pattern.test(name));
}

/** True for programs that a person wrote: neither generated, nor the settings of a tool. */
export function isHandWritten(path: string, source: string): boolean {
  const name = nameOf(path);
  if (generatedNames.test(name) || settings.test(name)) return false;
  return !/@generated|do not edit|auto-?generated/i.test(source.slice(0, 1000));
}
