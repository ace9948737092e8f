// What modules export by name, and what specs say of it, as the compiler sees both.
const { statSync } = require('node:fs');
const { join } = require('node:path');
const { compare, footprint } = require('./typescript-compare.cjs');

/** One answer for each check of a module. */
function askModule(ts, parsed, { module, checks }) {
  const file = join(request.workdir, module);
  if (!isFile(file))
    return checks.map(({ id }) => ({ id, outcome: 'fail', message: `there is no ${module}` }));
  const texts = new Map(checks.map((check, place) => [specPath(place), specText(check)]));
  const host = openHost(ts, parsed, texts);
  const specs = [...texts.keys()];
  // Without the candidate's module, a signature means what the spec alone says.
  const alone = openProgram(ts, host, specs);
  const whole = openProgram(ts, host, [file, ...specs]);
  const subject = openSubject(ts, whole, file, module);
  return checks.map((check, place) => ({
    id: check.id,
    ...answer(ts, subject, alone, whole, specPath(place), check),
  }));
}

function isFile(path) {
  try {
    return statSync(path).isFile();
  } catch {
    // Whatever keeps it from being read: it is not there.
    return false;
  }
}

/** In the workspace, so that relative imports of a preamble are relative to it; no such file is on the disk. */
function specPath(place) {
  return join(request.workdir, `__assay_spec_${place}__.ts`);
}

function specText({ signature, preamble }) {
  if (signature === undefined) return 'export {};\n';
  return `${preamble ?? ''}\nexport {};\ntype __AssayExpected = (\n${signature}\n);\n`;
}

function compilerOptions(ts) {
  const hasNodeTypes = isFile(join(request.workdir, 'node_modules/@types/node/package.json'));
  return {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowJs: true,
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    jsx: ts.JsxEmit.Preserve,
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    // Packages of the workspace must not stand in for the standard library.
    libReplacement: false,
    types: hasNodeTypes ? ['node'] : [],
  };
}

/** `parsed`: files by path, shared by all programs but for those of the specs. */
function openHost(ts, parsed, texts) {
  const host = ts.createCompilerHost(compilerOptions(ts), true);
  const { getSourceFile, fileExists, readFile } = host;
  host.getCurrentDirectory = () => request.workdir;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  const own = new Map();
  host.getSourceFile = (path, ...rest) => {
    const known = texts.has(path) ? own : parsed;
    if (!known.has(path)) known.set(path, getSourceFile(path, ...rest));
    return known.get(path);
  };
  return host;
}

function openProgram(ts, host, roots) {
  const options = compilerOptions(ts);
  const folder = ts.getDirectoryPath(ts.getDefaultLibFilePath(options));
  // As files of ours: a file that says that it has no default library would take it from all others too.
  const libs = options.lib.map((name) => join(folder, name));
  const program = ts.createProgram({ rootNames: [...libs, ...roots], options, host });
  return { program, checker: program.getTypeChecker(), folder };
}

/** The candidate's module, and what it exports by name. */
function openSubject(ts, { program, checker, folder }, file, module) {
  const source = program.getSourceFile(file);
  if (source === undefined) return { module, problem: `${module} cannot be read` };
  const [error] = program.getSyntacticDiagnostics(source);
  if (error !== undefined) return { module, problem: `${module} does not parse: ${textOf(ts, error)}` };
  const symbol = checker.getSymbolAtLocation(source);
  const exported = symbol === undefined ? [] : exportsOf(ts, checker, symbol);
  return {
    module,
    source,
    exports: new Map(exported.map((each) => [each.name, each])),
    isScript: ts.isSourceFileJS(source),
    hasLostExports: source.statements.some(
      (each) =>
        ts.isExportDeclaration(each) &&
        each.exportClause === undefined &&
        each.moduleSpecifier !== undefined &&
        checker.getSymbolAtLocation(each.moduleSpecifier) === undefined,
    ),
    isLibrary: (declaration) => {
      const path = declaration.getSourceFile().fileName;
      return path.startsWith(`${folder}/`) || path.includes('/node_modules/');
    },
  };
}

function exportsOf(ts, checker, symbol) {
  const found = checker.getExportsOfModule(symbol);
  const whole = found.find((each) => each.escapedName === ts.InternalSymbolName.ExportEquals);
  if (whole === undefined) return found;
  const value = whole.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(whole) : whole;
  return [...found, ...checker.getPropertiesOfType(checker.getTypeOfSymbol(value))];
}

function answer(ts, subject, alone, whole, path, check) {
  if (subject.problem !== undefined) return unknown(subject.problem);
  const { checker } = whole;
  const { module } = subject;
  const expected = check.signature === undefined ? null : expectedType(ts, alone, whole, path);
  if (expected?.problem !== undefined) return unknown(expected.problem);
  const exported = subject.exports.get(check.name);
  if (exported === undefined) {
    return subject.hasLostExports
      ? unknown(`${module} exports all of a module that cannot be found`)
      : fail(`${module} does not export ${check.name}`);
  }
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  if (checker.isUnknownSymbol(symbol)) return unknown(`where ${check.name} comes from cannot be found`);
  const absent = check.kind === 'value' ? valueFault(ts, checker, exported, symbol) : typeFault(ts, symbol);
  if (absent !== null) return fail(`${check.name} of ${module} ${absent}`);
  if (expected === null) return { outcome: 'pass', message: '' };
  if (check.kind === 'type' && isGeneric(checker, symbol))
    return unknown(`the type ${check.name} is generic`);
  const actual =
    check.kind === 'value' ? checker.getTypeOfSymbol(symbol) : checker.getDeclaredTypeOfSymbol(symbol);
  return compare(ts, subject, whole, { check, actual, expected: expected.type });
}

/** The type that a spec writes; the same with the candidate's module beside it, else that has changed its meaning. */
function expectedType(ts, alone, whole, path) {
  const [error] = [
    ...alone.program.getSyntacticDiagnostics(alone.program.getSourceFile(path)),
    ...alone.program.getSemanticDiagnostics(alone.program.getSourceFile(path)),
  ];
  if (error !== undefined) return { problem: `the spec's signature cannot be used: ${textOf(ts, error)}` };
  const [before, after] = [alone, whole].map(({ program, checker }) => {
    const source = program.getSourceFile(path);
    const alias = source.statements.find(
      (each) => ts.isTypeAliasDeclaration(each) && each.name.text === '__AssayExpected',
    );
    const type = checker.getTypeFromTypeNode(alias.type);
    return { type, text: checker.typeToString(type, undefined, ts.TypeFormatFlags.InTypeAlias) };
  });
  if (before.text !== after.text)
    return { problem: `the module changes what the signature means, from ${before.text} to ${after.text}` };
  if (after.type.flags & ts.TypeFlags.Any) return { problem: "the spec's signature comes out as any" };
  return after;
}

/** Why an exported name is no value when the module runs; null where it is one. */
function valueFault(ts, checker, exported, symbol) {
  if (!(symbol.flags & ts.SymbolFlags.Value) || isTypeOnly(ts, checker, exported))
    return 'is exported as a type only';
  const declarations = (symbol.declarations ?? []).filter((each) => !each.getSourceFile().isDeclarationFile);
  const isEmpty = (each) =>
    (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Ambient) !== 0 ||
    (ts.isFunctionDeclaration(each) && each.body === undefined) ||
    ts.isInterfaceDeclaration(each) ||
    ts.isTypeAliasDeclaration(each);
  return declarations.length > 0 && declarations.every(isEmpty) ? 'is declared, and not there' : null;
}

/** Whether a name went through `export type` or `import type` on its way. */
function isTypeOnly(ts, checker, exported) {
  for (let symbol = exported; symbol !== undefined; symbol = checker.getImmediateAliasedSymbol(symbol)) {
    if (symbol.declarations?.some((each) => ts.isTypeOnlyImportOrExportDeclaration(each))) return true;
    if (!(symbol.flags & ts.SymbolFlags.Alias)) return false;
  }
  return false;
}

function typeFault(ts, symbol) {
  return symbol.flags & ts.SymbolFlags.Type ? null : 'is no type';
}

function isGeneric(symbol) {
  return symbol.declarations?.some((each) => (each.typeParameters?.length ?? 0) > 0) ?? false;
}


module.exports = { askModule };
