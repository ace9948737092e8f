// Type-checks a project with TypeScript's own programming interface and writes one JSON report. The command line stops
// at the first syntax error of any file and checks no types then; here each file is asked for both.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const request = JSON.parse(readFileSync(join(__dirname, 'request.json'), 'utf8'));
const ts = require(request.typescript);
const mostProjects = 200;
const major = Number.parseInt(ts.version, 10);
if (ts.createProgram === undefined) throw new Error(`TypeScript ${ts.version} has no programming interface`);

const report = {
  version: ts.version,
  files: new Set(),
  configurations: new Set(),
  configurationErrors: [],
  diagnostics: new Map(),
};

const isOwn = (path) => path.startsWith(`${request.workdir}/`) && !path.includes('/node_modules/');

/** Until version 6 of TypeScript nothing was strict unless asked for; the image's own says which default is meant. */
function isStrictByDefault() {
  try {
    const text = readFileSync(`${request.workdir}/node_modules/typescript/package.json`, 'utf8');
    return Number.parseInt(JSON.parse(text).version, 10) >= 6;
  } catch {
    return true;
  }
}

function add(diagnostic) {
  const { file, start, length, code, category } = diagnostic;
  const path = file === undefined ? null : file.fileName;
  // What stands in a package or in TypeScript's own files is nobody's change.
  if (path !== null && !isOwn(path)) return;
  const from = path === null ? null : file.getLineAndCharacterOfPosition(start ?? 0);
  const to = path === null ? null : file.getLineAndCharacterOfPosition((start ?? 0) + (length ?? 0));
  const found = {
    code,
    category: ts.DiagnosticCategory[category],
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    path,
    startLine: from && from.line + 1,
    startColumn: from && from.character + 1,
    endLine: to && to.line + 1,
    endColumn: to && to.character + 1,
  };
  report.diagnostics.set(JSON.stringify(found), found);
}

function check(rootNames, options, projectReferences) {
  const host = ts.createCompilerHost(options, false);
  // As editors do: a referenced project is read from its sources, for its output is not built.
  host.useSourceOfProjectReferenceRedirect = () => true;
  const program = ts.createProgram({ rootNames, options, projectReferences, host });
  for (const diagnostic of [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()])
    add(diagnostic);
  for (const file of program.getSourceFiles()) {
    if (!isOwn(file.fileName) || program.isSourceFileDefaultLibrary(file)) continue;
    // It is checked as a part of its own project.
    if (program.isSourceOfProjectReferenceRedirect?.(file.fileName)) continue;
    report.files.add(file.fileName);
    for (const diagnostic of program.getSyntacticDiagnostics(file)) add(diagnostic);
    for (const diagnostic of program.getSemanticDiagnostics(file)) add(diagnostic);
    if (options.declaration || options.composite)
      for (const diagnostic of program.getDeclarationDiagnostics(file)) add(diagnostic);
  }
}

/** Codes of "no inputs": a file that only names other projects has none. */
const noInputs = new Set([18002, 18003]);

function checkProjects(first) {
  const open = [first];
  const seen = new Set();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (seen.size > mostProjects) throw new Error(`more than ${mostProjects} projects refer to each other`);
    const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: addConfigurationError };
    const existing = { noEmit: true, ignoreDeprecations: major >= 6 ? '6.0' : '5.0' };
    const parsed = ts.getParsedCommandLineOfConfigFile(path, existing, host);
    if (parsed === undefined) continue;
    const { options, fileNames, projectReferences } = parsed;
    report.configurations.add(path);
    for (const extended of options.configFile?.extendedSourceFiles ?? []) report.configurations.add(extended);
    const errors = ts.getConfigFileParsingDiagnostics(parsed).filter(({ code }) => !noInputs.has(code));
    errors.forEach(addConfigurationError);
    if (major >= 6) {
      options.types ??= ['*'];
      options.strict ??= isStrictByDefault();
    }
    if (errors.length === 0 && fileNames.length > 0) check(fileNames, options, projectReferences);
    for (const reference of projectReferences ?? []) open.push(ts.resolveProjectReferencePath(reference));
  }
}

function addConfigurationError({ messageText }) {
  report.configurationErrors.push(ts.flattenDiagnosticMessageText(messageText, ' '));
}

if (request.project === null) {
  const { options, errors } = ts.convertCompilerOptionsFromJson(request.options, request.workdir);
  if (major < 6) delete options.types;
  errors.forEach(addConfigurationError);
  check(request.files, options, undefined);
} else checkProjects(request.project);

writeFileSync(
  request.report,
  JSON.stringify({
    version: report.version,
    files: [...report.files],
    configurations: [...report.configurations],
    configurationErrors: report.configurationErrors,
    diagnostics: [...report.diagnostics.values()],
  }),
);
