import { mergeGoMod } from './manifests/go-mod.ts';
import { mergeSetupCfg } from './manifests/ini.ts';
import type { ManifestContext, Merged, MergeManifest } from './manifests/manifest.ts';
import { mergeComposerJson, mergePackageJson } from './manifests/package-json.ts';
import { mergeCargo, mergePyproject } from './manifests/toml.ts';
import { isTsconfig, mergeTsconfig } from './manifests/tsconfig.ts';

/** Files that are the candidate's but for some sections, by name. */
const manifests: ReadonlyMap<string, MergeManifest> = new Map([
  ['package.json', mergePackageJson],
  ['composer.json', mergeComposerJson],
  ['pyproject.toml', mergePyproject],
  ['Cargo.toml', mergeCargo],
  ['setup.cfg', mergeSetupCfg],
  ['go.mod', mergeGoMod],
]);

/** Bounds of what is merged for one candidate; what goes beyond is put back as a whole. */
export const mergeLimits = { files: 1000, fileBytes: 256 * 1024, bytes: 1024 * 1024 };

/** How a file of this path is put back in part; null for what is no manifest. */
export function manifestAt(path: string): MergeManifest | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return manifests.get(name) ?? (isTsconfig(name) ? mergeTsconfig : null);
}

/**
 * Merges two versions of a manifest's bytes; null where there is none. Whatever cannot be read for certain (no UTF-8,
 * too large, invalid, ambiguous) gives `base`: the whole file is put back.
 */
export function mergeManifest(
  merge: MergeManifest,
  base: Uint8Array | null,
  candidate: Uint8Array | null,
  context: ManifestContext,
): Merged {
  const [before, after] = [decode(base), decode(candidate)];
  if (before === undefined || after === undefined) return 'base';
  const merged = merge(before, after, context);
  if (typeof merged === 'string') return merged;
  // What was deleted is either gone or stays as it was.
  return after === null || merged.text === before ? 'base' : merged;
}

/** undefined for what is no text of reasonable size. */
function decode(bytes: Uint8Array | null): string | null | undefined {
  if (bytes === null) return null;
  if (bytes.length > mergeLimits.fileBytes) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
