// Runs ESLint on named files through its programming interface and writes one small JSON report: without the sources,
// suggestions and fixes that its own reporter repeats for each file, and without a candidate's comments or suppressions.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const request = JSON.parse(readFileSync(new URL('request.json', import.meta.url), 'utf8'));
const { ESLint } = createRequire(`${request.packages}/`)('eslint');

const eslint = new ESLint({
  cwd: request.workdir,
  ...(request.config === null ? {} : { overrideConfigFile: request.config }),
  allowInlineConfig: false,
  warnIgnored: false,
  // A name such as `[id].js` is no pattern.
  globInputPaths: false,
  errorOnUnmatchedPattern: true,
  cache: false,
  fix: false,
  flags: ['unstable_native_nodejs_ts_config'],
});

try {
  // It takes no files at all for a mistake.
  const results =
    request.files.length === 0 ? [] : await eslint.lintFiles(request.files.map((path) => `./${path}`));
  const rules = Object.entries(eslint.getRulesMetaForResults(results)).map(([id, { docs }]) => ({
    id,
    description: docs?.description ?? null,
    url: docs?.url ?? null,
  }));
  const files = results.map(({ filePath, messages }) => ({
    path: filePath,
    messages: messages.map(({ ruleId, severity, fatal, message, line, column, endLine, endColumn }) => ({
      rule: ruleId,
      severity,
      fatal: fatal === true,
      message,
      line: line ?? null,
      column: column ?? null,
      endLine: endLine ?? null,
      endColumn: endColumn ?? null,
    })),
  }));
  writeFileSync(request.report, JSON.stringify({ version: ESLint.version, files, rules }));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
