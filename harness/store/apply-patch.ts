import { Buffer } from 'node:buffer';
import type { IngestLimits } from '../domain/limits.ts';
import type { FastImport, TreeEdit } from './fast-import.ts';
import { type GitResult, gitFailed, saysNoSpace } from './git.ts';
import { plainText, quoteText } from './hostile-text.ts';
import { type IngestParts, writeTree } from './ingest.ts';
import type { ListedFile, Listing } from './listing.ts';
import { blobId, toDigest, toObjectId } from './object-id.ts';
import { type PatchHeaders, readPatchHeaders } from './patch-headers.ts';
import {
  brokenRepository,
  type IndexEntry,
  makePatchRepository,
  type PatchRepository,
  parseIndex,
} from './patch-repository.ts';
import { checkNoClash, gitNameProblem, linkProblem, pathProblem } from './path-rules.ts';
import { answerRefusal, Refusal, refusePath } from './refusal.ts';
import type { FileMode, Ingested } from './store.ts';

/** Larger patches are no work of a person or an agent. */
export const maxPatchBytes = 64 * 1024 ** 2;

const symbolicLink = '120000';
const fileModes: readonly string[] = ['100644', '100755', symbolicLink] satisfies FileMode[];

interface SizedEdit extends TreeEdit {
  file: ListedFile | null;
}

/** A file of the base as it lies in the small repository that the patch is applied in. */
interface Touched {
  entry: IndexEntry;
  file: ListedFile;
}

export function applyPatch(
  base: string,
  patch: Uint8Array,
  limits: IngestLimits,
  parts: IngestParts,
): Promise<Ingested> {
  return answerRefusal(async () => {
    const tree = toObjectId(base);
    const listing = await parts.listings(tree);
    const count = { files: listing.files.size, bytes: listing.bytes };
    if (patch.byteLength > maxPatchBytes)
      throw new Refusal(`the patch has ${patch.byteLength} bytes, more than ${maxPatchBytes}`);
    if (isBlank(patch)) return { ok: true, tree: base, ...count, ignored: 0 };
    const importer = await parts.importer();
    const edits = await editsOf(patch, listing, limits, importer, parts);
    for (const { path, file } of edits) {
      const before = listing.files.get(path);
      count.files += (file ? 1 : 0) - (before ? 1 : 0);
      count.bytes += (file?.size ?? 0) - (before?.size ?? 0);
    }
    const result = await writeTree(importer, tree, edits, count.files);
    return { ok: true, tree: toDigest(result), ...count, ignored: 0 };
  });
}

function isBlank(patch: Uint8Array): boolean {
  return patch.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

async function editsOf(
  patch: Uint8Array,
  base: Listing,
  limits: IngestLimits,
  importer: FastImport,
  parts: IngestParts,
): Promise<SizedEdit[]> {
  const headers = readPatchHeaders(patch);
  if (headers.problem) throw refusePath(headers.problem.path, headers.problem.why);
  if (headers.binaryBytes > limits.maxBytes)
    throw new Refusal(
      `the patch announces ${headers.binaryBytes} binary bytes, more than ${limits.maxBytes}`,
    );
  const repository = await makePatchRepository(await parts.temporary(), headers.objectFormat);
  try {
    const { touched, someCrlf } = await addTouched(repository, headers, base, limits, parts);
    if (headers.crlf && !someCrlf) throw new Refusal(convertedToCrlf);
    const result = await repository.apply(terminated(patch));
    if (result.code !== 0) throw complaint(result, headers);
    return await collect(parseIndex(result.stdout), touched, { base, limits, importer, repository });
  } finally {
    await repository.remove();
  }
}

const convertedToCrlf =
  'the patch file has CR LF line ends and the files that it changes have not; convert the patch to LF';

async function addTouched(
  repository: PatchRepository,
  headers: PatchHeaders,
  base: Listing,
  limits: IngestLimits,
  parts: IngestParts,
): Promise<{ touched: Map<string, Touched>; someCrlf: boolean }> {
  const touched = new Map<string, Touched>();
  let someCrlf = false;
  let bytes = 0;
  for (const path of headers.paths) {
    const file = base.files.get(path);
    if (!file) continue;
    bytes += file.size;
    if (file.size > limits.maxFileBytes || bytes > limits.maxBytes)
      throw refusePath(path, 'the file is too large to be patched');
    const content = await parts.read(file.id);
    someCrlf ||= content.includes('\r\n');
    touched.set(path, { entry: await repository.add(path, file.mode, content), file });
  }
  return { touched, someCrlf };
}

/** Patches lose their last line feed on the way; a binary part even needs an empty line behind it. */
function terminated(patch: Uint8Array): Uint8Array {
  return patch.at(-1) === 0x0a ? patch : Buffer.concat([patch, Buffer.from('\n\n')]);
}

function complaint(result: GitResult, headers: PatchHeaders): Error {
  const lines = result.stderr.split('\n').filter((line) => /^(?:error|fatal): /.test(line));
  const said = [...new Set(lines.map((line) => line.replace(/^(?:error|fatal): /, '')))]
    .slice(0, 3)
    .join('; ');
  // A patch may name files as it likes: such a name is no sign of a full disk.
  const ownWords = ![...headers.paths].some((path) => saysNoSpace(path));
  if (result.code === brokenRepository || (ownWords && saysNoSpace(result.stderr)))
    return gitFailed('preparing to apply a patch', result.stderr, 'the store');
  if (result.code === null || result.code > 128)
    return new Refusal('applying the patch took more time or memory than it may');
  if (headers.withoutData !== null)
    return new Refusal(
      `${quoteText(headers.withoutData)}: the patch says that a binary file differs and does not hold its content; make it with git diff --binary`,
    );
  const hint = headers.crlf ? '; the patch file has CR LF line ends' : '';
  return new Refusal(
    `the patch does not apply: ${plainText(said === '' ? 'git gave no reason' : said)}${hint}`,
  );
}

interface Collecting {
  base: Listing;
  limits: IngestLimits;
  importer: FastImport;
  repository: PatchRepository;
}

/** What git made of the touched files, checked by the rules that hold for every candidate, its content stored. */
async function collect(
  after: readonly IndexEntry[],
  touched: ReadonlyMap<string, Touched>,
  { base, limits, importer, repository }: Collecting,
): Promise<SizedEdit[]> {
  const known = new Map([...touched.values()].map(({ entry, file }) => [entry.id, file]));
  const gone = new Set(touched.keys());
  const written = new Map<string, ListedFile>();
  const targets = new Map<string, string>();
  let bytes = 0;
  for (const { path, mode, id } of after) {
    gone.delete(path);
    const before = touched.get(path)?.entry;
    if (before?.id === id && before.mode === mode) continue;
    if (path.includes('\ufffd')) throw refusePath(path, 'the name is not valid UTF-8');
    const problem =
      pathProblem(path, limits) ??
      (base.files.has(path) ? null : gitNameProblem(path, mode === symbolicLink));
    if (problem) throw refusePath(path, problem);
    if (!fileModes.includes(mode)) throw refusePath(path, 'it is a submodule');
    const old = known.get(id);
    const content = old && mode !== symbolicLink ? null : await repository.read(id, limits.maxFileBytes);
    if (!old && content === null) throw refusePath(path, `it has more than ${limits.maxFileBytes} bytes`);
    const size = old?.size ?? content?.length ?? 0;
    bytes += size;
    if (bytes > limits.maxBytes)
      throw refusePath(path, `with it the changed files hold more than ${limits.maxBytes} bytes`);
    written.set(path, { mode: mode as FileMode, id: old?.id ?? blobId(content ?? Buffer.alloc(0)), size });
    if (written.size > limits.maxFiles)
      throw new Refusal(`the patch changes more than ${limits.maxFiles} files`);
    if (mode === symbolicLink) targets.set(path, (content ?? Buffer.alloc(0)).toString('utf8'));
    if (!old && content) await importer.blob(content);
  }
  const now = (path: string) => (gone.has(path) ? undefined : (written.get(path) ?? base.files.get(path)));
  for (const [path, target] of targets) {
    const problem = linkProblem(path, target, (at) => now(at)?.mode === symbolicLink);
    if (problem) throw refusePath(path, problem);
  }
  // Only a new path can stand where a folder is, or inside what is a file.
  if ([...written.keys()].some((path) => !base.files.has(path)))
    checkNoClash(
      new Set([...base.files.keys(), ...written.keys()].filter((path) => now(path) !== undefined)),
    );
  return [
    ...[...gone].map((path) => ({ path, file: null })),
    ...[...written].map(([path, file]) => ({ path, file })),
  ];
}
