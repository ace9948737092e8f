import type { SyntaxNode } from '@lezer/common';
import type { Edit } from '../edit.ts';
import { findAll, textOf } from '../tree.ts';
import { type Bindings, frameworkModules, type ScriptFramework } from './bindings.ts';
import { callsOn, matchersOf, type Way } from './ways.ts';

/** What a file that lacks something of it gets to write tests with. */
export interface Tools {
  test: string;
  way: Way;
  edits: Edit[];
}

/** Names under which things that are not there yet may come in. */
const localNames = {
  test: ['test', 'it', 'check', 'spec'],
  expect: ['expect', 'expected', 'expectThat'],
  assert: ['assert', 'strictAssert', 'nodeAssert'],
};

/**
 * Completes what the file has itself: an import is widened in its place or added on the line of one, or at the end
 * of the file, so that no line of it moves.
 */
export function completeTools(
  source: string,
  script: SyntaxNode,
  bindings: Bindings,
  framework: ScriptFramework,
  have: { test: string | null; way: Way | null },
  path: string,
): Tools {
  const style = /\.m[jt]s$/.test(path) ? 'esm' : /\.c[jt]s$/.test(path) ? 'cjs' : bindings.modules;
  const module = frameworkModules[framework];
  const edits: Edit[] = [];
  const missing: { imported: string; local: string }[] = [];
  let { test, way } = have;
  if (test === null) {
    test = freeName(source, localNames.test);
    missing.push({ imported: 'test', local: test });
  }
  if (way === null && framework !== 'node-test') {
    const local = freeName(source, localNames.expect);
    missing.push({ imported: 'expect', local });
    way = matchersOf(local);
  }
  if (missing.length > 0) edits.push(widened(script, module, missing, source) ?? added(missing, module));
  if (way === null) {
    const local = freeName(source, localNames.assert);
    edits.push(added([{ imported: 'default', local }], 'node:assert/strict'));
    way = first(callsOn(local));
  }
  return { test, way, edits };

  function added(names: typeof missing, from: string): Edit {
    const [only] = names;
    const isDefault = only?.imported === 'default';
    const list = (joint: string) =>
      names
        .map(({ imported, local }) => (imported === local ? local : `${imported}${joint}${local}`))
        .join(', ');
    const load = style === 'cjs' || framework !== 'node-test' ? 'require' : 'process.getBuiltinModule';
    const statement =
      style === 'esm' || framework === 'vitest'
        ? `import ${isDefault ? only.local : `{ ${list(' as ')} }`} from '${from}';`
        : `const ${isDefault ? only.local : `{ ${list(': ')} }`} = ${load}('${from}');`;
    const beside = loadingStatement(script, module, source);
    if (beside === null) {
      const at = source.length;
      return {
        from: at,
        to: at,
        text: `${source === '' || source.endsWith('\n') ? '' : '\n'}${statement}\n`,
      };
    }
    return {
      from: beside.to,
      to: beside.to,
      text: `${source[beside.to - 1] === ';' ? ' ' : '; '}${statement}`,
    };
  }
}

/** The first method of each kind: the file shows no habit. */
function first(way: Way): Way {
  return { ...way, scalar: way.scalar.slice(0, 1), list: way.list.slice(0, 1) };
}

function freeName(source: string, names: readonly string[]): string {
  const free = names.find((name) => !new RegExp(`\\b${name}\\b`).test(source));
  if (free !== undefined) return free;
  let number = 2;
  while (source.includes(`${names[0]}${number}`)) number += 1;
  return `${names[0]}${number}`;
}

/** The statement at the top that imports or requires the module. */
function loadingStatement(script: SyntaxNode, module: string, source: string): SyntaxNode | null {
  const names = findAll(script, ({ name }) => name === 'String').filter(
    (node) => source.slice(node.from + 1, node.to - 1) === module,
  );
  for (const name of names) {
    let node: SyntaxNode | null = name;
    while (node?.parent && node.parent.name !== 'Script') node = node.parent;
    const isTypes = node?.name === 'ImportDeclaration' && node.getChild('type') !== null;
    if (node !== null && /^(?:Import|Variable)Declaration$/.test(node.name) && !isTypes) return node;
  }
  return null;
}

/** `{ test }` becomes `{ expect, test }`, of an import or of a `require`. */
function widened(
  script: SyntaxNode,
  module: string,
  names: readonly { imported: string; local: string }[],
  source: string,
): Edit | null {
  const statement = loadingStatement(script, module, source);
  const group = statement?.getChild('ImportGroup') ?? statement?.getChild('ObjectPattern');
  if (!statement || !group || !textOf(source, group).startsWith('{')) return null;
  // Several declarations in one statement: which of them is the module's is not looked into.
  if (statement.name === 'VariableDeclaration' && statement.getChildren('Equals').length !== 1) return null;
  const joint = group.name === 'ImportGroup' ? ' as ' : ': ';
  const list = names.map(({ imported, local }) =>
    imported === local ? ` ${local},` : ` ${imported}${joint}${local},`,
  );
  return { from: group.from + 1, to: group.from + 1, text: list.join('') };
}
