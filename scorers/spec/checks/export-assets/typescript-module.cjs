// What modules export by name, and what specs say of it, as the compiler sees both.
const { join } = require('node:path');
const { openComparison } = require('./typescript-compare.cjs');
const { isFile, openCompiler } = require('./typescript-program.cjs');

/** One answer for each check of a module. */
exports.askModule = ({ ts, parsed, workdir, module, checks }) => {
  const file = join(workdir, module);
  if (!isFile(file)) return checks.map(({ id }) => ({ id, ...fail(`there is no ${module}`) }));
  // In the workspace, so that relative imports of a preamble are relative to it.
  const texts = new Map(
    checks.map((check, place) => [join(workdir, `__assay_spec_${place}__.ts`), specText(check)]),
  );
  const specs = [...texts.keys()];
  const compile = openCompiler({ ts, parsed, workdir, texts });
  // Without the candidate's module, a signature means what the spec alone says.
  const alone = compile(specs);
  const whole = compile([file, ...specs]);
  const subject = openSubject(ts, whole, file, module);
  return checks.map((check, place) => ({
    id: check.id,
    ...answer({ ts, subject, alone, whole, check, spec: specs[place] }),
  }));
};

function specText({ signature, preamble }) {
  if (signature === undefined) return 'export {};\n';
  return `${preamble ?? ''}\nexport {};\ntype __AssayExpected = (\n${signature}\n);\n`;
}

/** The candidate's module, and what it exports by name. */
function openSubject(ts, { program, checker, libraryFolder }, file, module) {
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
    isLibrary(declaration) {
      const path = declaration.getSourceFile().fileName;
      return path.startsWith(`${libraryFolder}/`) || path.includes('/node_modules/');
    },
  };
}

/** ECMAScript exports, and the properties of what CommonJS exports. */
function exportsOf(ts, checker, symbol) {
  const found = checker.getExportsOfModule(symbol);
  const whole = found.find((each) => each.escapedName === ts.InternalSymbolName.ExportEquals);
  if (whole === undefined) return found;
  const value = whole.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(whole) : whole;
  return [...found, ...checker.getPropertiesOfType(checker.getTypeOfSymbol(value))];
}

function answer({ ts, subject, alone, whole, check, spec }) {
  const { module } = subject;
  const { name, kind } = check;
  if (subject.problem !== undefined) return unknown(subject.problem);
  const expected = check.signature === undefined ? null : expectedType({ ts, subject, alone, whole, spec });
  if (expected?.problem !== undefined) return unknown(expected.problem);
  const exported = subject.exports.get(name);
  if (exported === undefined) {
    return subject.hasLostExports
      ? unknown(`${module} exports all of a module that cannot be found`)
      : fail(`${module} does not export ${name}`);
  }
  const { checker } = whole;
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  if (checker.isUnknownSymbol(symbol)) return unknown(`where ${name} comes from cannot be found`);
  const fault = kind === 'value' ? valueFault(ts, subject, checker, exported, symbol) : typeFault(ts, symbol);
  if (fault !== null) return { ...fault, message: `${name} of ${module} ${fault.message}` };
  if (expected === null) return { outcome: 'pass', message: '' };
  if (kind === 'type' && isGeneric(symbol)) return unknown(`the type ${name} is generic`);
  const actual = kind === 'value' ? checker.getTypeOfSymbol(symbol) : checker.getDeclaredTypeOfSymbol(symbol);
  const found = openComparison({ ts, checker, subject }).compare(check, actual, expected.type);
  if (found.outcome !== 'lost') return found;
  return { ...found, ...unknown(`the type of ${name} cannot be told${lostReason(ts, subject, whole)}`) };
}

/** The type that a spec writes; the same with the candidate's module beside it, else that has changed its meaning. */
function expectedType({ ts, subject, alone, whole, spec }) {
  const source = alone.program.getSourceFile(spec);
  const [error] = [
    ...alone.program.getSyntacticDiagnostics(source),
    ...alone.program.getSemanticDiagnostics(source),
  ];
  if (error !== undefined) return { problem: `the spec's signature cannot be used: ${textOf(ts, error)}` };
  const [before, after] = [alone, whole].map(({ program, checker }) => {
    const { statements } = program.getSourceFile(spec);
    const alias = statements.find(
      (each) => ts.isTypeAliasDeclaration(each) && each.name.text === '__AssayExpected',
    );
    const type = checker.getTypeFromTypeNode(alias.type);
    return { type, footprint: openComparison({ ts, checker, subject }).footprint(type) };
  });
  if (before.footprint !== after.footprint)
    return { problem: `${subject.module} changes by global declarations what the spec's signature means` };
  if (after.type.flags & ts.TypeFlags.Any) return { problem: "the spec's signature comes out as any" };
  return after;
}

/** Why an exported name is no value when the module runs; null where it is one. */
function valueFault(ts, { isLibrary }, checker, exported, symbol) {
  if (!(symbol.flags & ts.SymbolFlags.Value) || isTypeOnly(ts, checker, exported))
    return fail('is exported as a type only');
  const declarations = (symbol.declarations ?? []).filter((each) => !isLibrary(each));
  const isPresent = (each) =>
    (each.flags & ts.NodeFlags.Ambient) === 0 &&
    !(ts.isFunctionDeclaration(each) && each.body === undefined) &&
    !ts.isInterfaceDeclaration(each) &&
    !ts.isTypeAliasDeclaration(each);
  if (declarations.length === 0 || declarations.some(isPresent)) return null;
  // What stands behind a declaration file nobody has looked at.
  return declarations.every((each) => each.getSourceFile().isDeclarationFile)
    ? unknown('is told of by a declaration file alone')
    : fail('is declared, and not there');
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
  return symbol.flags & ts.SymbolFlags.Type ? null : fail('is no type');
}

function isGeneric(symbol) {
  return symbol.declarations?.some((each) => (each.typeParameters?.length ?? 0) > 0) ?? false;
}

/** Of the compiler: names, modules and members that it has not found, and types that it has given up on. */
const lostCodes = new Set([2304, 2305, 2307, 2503, 2552, 2580, 2584, 2589, 2590, 2591, 2694, 7016]);

function lostReason(ts, { source }, { program }) {
  const found = program.getSemanticDiagnostics(source).find(({ code }) => lostCodes.has(code));
  return found === undefined ? '' : `: ${textOf(ts, found)}`;
}

function textOf(ts, { messageText }) {
  return ts.flattenDiagnosticMessageText(messageText, ' ');
}

function fail(message) {
  return { outcome: 'fail', message };
}

function unknown(message) {
  return { outcome: 'unknown', message };
}
