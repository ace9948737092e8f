// The compiler over a workspace, with options of ours and files of specs that are on no disk.
const { statSync } = require('node:fs');
const { join } = require('node:path');

const libraries = ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'];

/**
 * How programs are made of files: of the workspace by their paths, and of `texts`. `parsed` are files by path, shared by
 * all programs but for those of `texts`.
 */
exports.openCompiler = ({ ts, parsed, workdir, texts }) => {
  const options = optionsFor(ts, workdir);
  const host = ts.createCompilerHost(options, true);
  const { getSourceFile, fileExists, readFile } = host;
  const own = new Map();
  host.getCurrentDirectory = () => workdir;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const known = texts.has(path) ? own : parsed;
    if (!known.has(path)) known.set(path, getSourceFile(path, ...rest));
    return known.get(path);
  };
  const folder = ts.getDirectoryPath(ts.getDefaultLibFilePath(options));
  // As files of ours: a file that says that it has no default library would take it from all others too.
  const roots = libraries.map((name) => join(folder, name));
  return (files) => {
    const program = ts.createProgram({ rootNames: [...roots, ...files], options, host });
    return { program, checker: program.getTypeChecker(), libraryFolder: folder };
  };
};

exports.isFile = isFile;
function isFile(path) {
  try {
    return statSync(path).isFile();
  } catch {
    // Whatever keeps it from being read: it is not there.
    return false;
  }
}

function optionsFor(ts, workdir) {
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
    lib: libraries,
    // Packages of the workspace must not stand in for the standard library.
    libReplacement: false,
    types: isFile(join(workdir, 'node_modules/@types/node/package.json')) ? ['node'] : [],
  };
}
