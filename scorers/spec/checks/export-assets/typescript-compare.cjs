// Whether one type can stand for another, and what in it fits everything.

/** Of types that are looked through. */
const maxVisits = 5000;

function compare(ts, subject, whole, { check, actual, expected }) {
  const { checker } = whole;
  const text = typeText(ts, checker, actual);
  const wanted = typeText(ts, checker, expected);
  const beside = { expected: wanted, actual: text };
  const speaksOfAny = /\bany\b/.test(`${check.signature} ${check.preamble ?? ''}`);
  const hole = findHole(ts, subject, checker, actual, speaksOfAny ? expected : null);
  // A hole fits everything: what does not fit even so is told as what it is.
  const fits =
    checker.isTypeAssignableTo(actual, expected) &&
    (check.match === 'assignable' ||
      (checker.isTypeAssignableTo(expected, actual) && shapeOf(ts, actual) === shapeOf(ts, expected)));
  const isNever = (actual.flags & ts.TypeFlags.Never) !== 0 && !(expected.flags & ts.TypeFlags.Never);
  if (!fits || isNever) {
    if (hole === 'unresolved' && actual.flags & ts.TypeFlags.Any)
      return { ...lost(ts, subject, whole, check), ...beside };
    return { ...fail(`${check.name} is ${text}, not ${wanted}`), ...beside };
  }
  if (hole === null) return { outcome: 'pass', message: '', ...beside };
  if (hole === 'unresolved') return { ...lost(ts, subject, whole, check), ...beside };
  if (hole === 'large')
    return { ...unknown(`the type of ${check.name} is too large to be looked through`), ...beside };
  const message = `${check.name} is ${text}, where any stands for what should be ${wanted}`;
  // Plain JavaScript says nothing of its types; TypeScript says any on purpose.
  return { ...(subject.isScript ? unknown(`${message}; JSDoc would say more`) : fail(message)), ...beside };
}

/** How many parameters a function takes, and how many it must be given: assignability looks at neither. */
function shapeOf(ts, type) {
  return JSON.stringify(
    type
      .getCallSignatures()
      .map((signature) => [
        signature.parameters.length,
        signature.parameters.filter((each) => isOptional(ts, each)).length,
      ]),
  );
}

function isOptional(ts, symbol) {
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined || !ts.isParameter(declaration))
    return (symbol.flags & ts.SymbolFlags.Optional) !== 0;
  return (
    declaration.questionToken !== undefined ||
    declaration.initializer !== undefined ||
    declaration.dotDotDotToken !== undefined ||
    (ts.isInJSFile(declaration) && isOptionalInJsDoc(ts, declaration))
  );
}

function isOptionalInJsDoc(ts, declaration) {
  return ts
    .getJSDocParameterTags(declaration)
    .some((tag) => tag.isBracketed || tag.typeExpression?.type.kind === ts.SyntaxKind.JSDocOptionalType);
}

/**
 * The first thing in a type that fits everything: `any`, or `unresolved` for what the compiler has not found. Where
 * `beside` has `any` in the same place, it is meant. Members that libraries declare are not looked at.
 */
function findHole(ts, subject, checker, type, beside) {
  const seen = new Set();
  const visit = (each, other) => {
    if (each.flags & ts.TypeFlags.Any) {
      if (each.intrinsicName === 'error' || each.intrinsicName === 'unresolved') return 'unresolved';
      return other !== null && other.flags & ts.TypeFlags.Any ? null : 'any';
    }
    const key = `${each.id} ${other?.id ?? ''}`;
    if (seen.has(key)) return null;
    if (seen.size >= maxVisits) return 'large';
    seen.add(key);
    for (const [inner, innerOther] of partsOf(ts, subject, checker, each, other)) {
      const hole = visit(inner, innerOther ?? null);
      if (hole !== null) return hole;
    }
    return null;
  };
  return visit(type, beside);
}

function* partsOf(ts, subject, checker, type, other) {
  if (type.isUnionOrIntersection()) {
    for (const each of type.types) yield [each, other];
    return;
  }
  if (!(type.flags & ts.TypeFlags.Object)) return;
  if (type.objectFlags & ts.ObjectFlags.Reference) {
    const others = other !== null && other.target === type.target ? checker.getTypeArguments(other) : [];
    for (const [place, each] of checker.getTypeArguments(type).entries()) yield [each, others[place]];
  }
  for (const kind of [ts.SignatureKind.Call, ts.SignatureKind.Construct]) {
    const others = other === null ? [] : checker.getSignaturesOfType(other, kind);
    for (const [place, signature] of checker.getSignaturesOfType(type, kind).entries()) {
      const beside = others[place];
      yield [checker.getReturnTypeOfSignature(signature), beside && checker.getReturnTypeOfSignature(beside)];
      for (const [nth, parameter] of signature.parameters.entries()) {
        const same = beside?.parameters[nth];
        yield [checker.getTypeOfSymbol(parameter), same && checker.getTypeOfSymbol(same)];
      }
    }
  }
  for (const info of checker.getIndexInfosOfType(type)) {
    if (info.declaration === undefined || !subject.isLibrary(info.declaration)) yield [info.type, null];
  }
  for (const property of checker.getPropertiesOfType(type)) {
    const declarations = property.declarations ?? [];
    if (declarations.some((each) => subject.isLibrary(each) || isHidden(ts, each))) continue;
    if (property.flags & ts.SymbolFlags.Prototype) continue;
    const same = other === null ? undefined : checker.getPropertyOfType(other, property.name);
    yield [checker.getTypeOfSymbol(property), same && checker.getTypeOfSymbol(same)];
  }
}

function isHidden(ts, declaration) {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return (
    (ts.getCombinedModifierFlags(declaration) & hidden) !== 0 ||
    (declaration.name !== undefined && ts.isPrivateIdentifier(declaration.name))
  );
}

function lost(ts, subject, { program }, check) {
  const unresolved = new Set([2304, 2305, 2307, 2503, 2552, 2580, 2584, 2589, 2591, 2694, 7016]);
  const found = program.getSemanticDiagnostics(subject.source).find(({ code }) => unresolved.has(code));
  const detail = found === undefined ? '' : `: ${textOf(ts, found)}`;
  return unknown(`the type of ${check.name} cannot be told${detail}`);
}

function typeText(ts, checker, type) {
  return checker.typeToString(
    type,
    undefined,
    ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.UseFullyQualifiedType,
  );
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

module.exports = { compare, footprint };
