// Whether one type can stand for another, and what in it would fit everything.

/** Of types that are looked through. */
const mostVisits = 5000;

/** Comparisons within one program. */
exports.openComparison = ({ ts, checker, subject }) => {
  /** `lost` in place of an outcome: the compiler has not found what the type is made of. */
  function compare({ name, match, signature, preamble = '' }, actual, expected) {
    const texts = { expected: textOf(expected), actual: textOf(actual) };
    const end = (outcome, message) => ({ outcome, message, ...texts });
    const hole = findHole(actual, /\bany\b/.test(`${signature} ${preamble}`) ? expected : null);
    const isNever = (actual.flags & ts.TypeFlags.Never) !== 0 && !(expected.flags & ts.TypeFlags.Never);
    // A hole fits everything: what does not fit even so is told as what it is.
    const fits =
      !isNever &&
      checker.isTypeAssignableTo(actual, expected) &&
      (match === 'assignable' ||
        (checker.isTypeAssignableTo(expected, actual) && shapeOf(actual) === shapeOf(expected)));
    if (hole === 'lost' && (fits || actual.flags & ts.TypeFlags.Any)) return end('lost', '');
    if (!fits) return end('fail', `${name} is ${texts.actual}, not ${texts.expected}`);
    if (hole === null) return end('pass', '');
    if (hole === 'large') return end('unknown', `the type of ${name} is too large to be looked through`);
    const message = `${name} is ${texts.actual}, where any stands for what should be ${texts.expected}`;
    // Plain JavaScript says nothing of its types; TypeScript says any on purpose.
    return subject.isScript ? end('unknown', `${message}; JSDoc would say more`) : end('fail', message);
  }

  /** How many parameters a function takes, and how many may be left out: assignability looks at neither. */
  function shapeOf(type) {
    const shapes = type
      .getCallSignatures()
      .map(({ parameters }) => [parameters.length, parameters.filter(isOptional).length]);
    return JSON.stringify(shapes);
  }

  function isOptional(parameter) {
    const declaration = parameter.valueDeclaration;
    if (declaration === undefined || !ts.isParameter(declaration))
      return (parameter.flags & ts.SymbolFlags.Optional) !== 0;
    return (
      declaration.questionToken !== undefined ||
      declaration.initializer !== undefined ||
      declaration.dotDotDotToken !== undefined ||
      (ts.isInJSFile(declaration) && ts.getJSDocParameterTags(declaration).some(isOptionalTag))
    );
  }

  function isOptionalTag(tag) {
    return tag.isBracketed || tag.typeExpression?.type.kind === ts.SyntaxKind.JSDocOptionalType;
  }

  /**
   * The first thing in a type that fits everything: `any`, or `lost` for what the compiler has not found. Where `beside`
   * has `any` in the same place, it is meant. What libraries declare of their types is not looked at.
   */
  function findHole(type, beside) {
    const seen = new Set();
    const visit = (each, other) => {
      if (each.flags & ts.TypeFlags.Any) {
        if (each.intrinsicName === 'error' || each.intrinsicName === 'unresolved') return 'lost';
        return other !== null && other.flags & ts.TypeFlags.Any ? null : 'any';
      }
      const key = `${each.id} ${other?.id ?? ''}`;
      if (seen.has(key)) return null;
      if (seen.size >= mostVisits) return 'large';
      seen.add(key);
      for (const [inner, innerOther] of partsOf(each, other)) {
        const hole = visit(inner, innerOther ?? null);
        if (hole !== null) return hole;
      }
      return null;
    };
    return visit(type, beside);
  }

  /** What names a type: its text, and how many members each type in it has. */
  function footprint(type) {
    const seen = new Map();
    const visit = (each) => {
      if (seen.has(each) || seen.size >= mostVisits) return;
      seen.set(each, `${textOf(each)} ${checker.getPropertiesOfType(each).length}`);
      for (const [inner] of partsOf(each, null)) visit(inner);
    };
    visit(type);
    return [...seen.values()].join('\n');
  }

  /** The types that one is made of, each with what stands in the same place of the other. */
  function* partsOf(type, other) {
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
      for (const [place, signature] of checker.getSignaturesOfType(type, kind).entries())
        yield* partsOfSignature(signature, others[place]);
    }
    for (const info of checker.getIndexInfosOfType(type)) {
      if (info.declaration === undefined || !subject.isLibrary(info.declaration)) yield [info.type, null];
    }
    for (const property of checker.getPropertiesOfType(type)) {
      if (property.flags & ts.SymbolFlags.Prototype) continue;
      if (property.declarations?.some((each) => subject.isLibrary(each) || isHidden(each))) continue;
      const same = other === null ? undefined : checker.getPropertyOfType(other, property.name);
      yield [checker.getTypeOfSymbol(property), same && checker.getTypeOfSymbol(same)];
    }
  }

  function* partsOfSignature(signature, other) {
    yield [checker.getReturnTypeOfSignature(signature), other && checker.getReturnTypeOfSignature(other)];
    for (const [place, parameter] of signature.parameters.entries()) {
      const same = other?.parameters[place];
      yield [checker.getTypeOfSymbol(parameter), same && checker.getTypeOfSymbol(same)];
    }
  }

  /** What is private is nothing that others see. */
  function isHidden(declaration) {
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    const isMarked = (ts.getCombinedModifierFlags(declaration) & hidden) !== 0;
    return isMarked || (declaration.name !== undefined && ts.isPrivateIdentifier(declaration.name));
  }

  function textOf(type) {
    return checker.typeToString(type, undefined, ts.TypeFormatFlags.InTypeAlias);
  }

  return { compare, footprint };
};
