import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { messageOf } from '../../harness/domain/errors.ts';
import { type Recipe, recipeDigest, recipeFor } from '../../harness/sandbox/base-image-recipes.ts';
import { builderAnswers, ensureBaseImage } from '../../harness/sandbox/base-images.ts';
import { buildFromRecipe } from '../../harness/sandbox/base-images-build.ts';
import { dockerfileName } from '../../harness/sandbox/context-tar.ts';
import { isNotFound } from '../../harness/sandbox/engine-errors.ts';
import { stateFolder, withFileLock } from '../../harness/sandbox/file-lock.ts';
import { buildClassic } from '../../harness/sandbox/image-build.ts';
import { packLayer } from '../../harness/sandbox/layer.ts';

const base = 'python:3.11-slim-bookworm';
const packages = ['python3-pytest', 'python3-pytest-asyncio'];
/** The releases that Debian 12 has. */
const fromIndex = ['pytest==7.2.1', 'pytest-asyncio==0.20.3'];
const buildSec = 300;

/**
 * An image with Python 3.11, pytest and pytest-asyncio for a task's `FROM`. Made once per engine: from Debian packages,
 * else, where an image registry and a package index answer, from the official image.
 */
export async function pytestImage(docker: Dockerode): Promise<string> {
  const recipe = pytestRecipe();
  if (await isThere(docker, recipe.tag)) return recipe.tag;
  const lock = join(stateFolder(), 'locks', 'image-test-pytest.lock');
  await withFileLock(lock, async () => {
    if (!(await isThere(docker, recipe.tag))) await make(docker, recipe);
  });
  return recipe.tag;
}

/** Its digest is its tag: another list of packages is another image. */
function pytestRecipe(): Recipe {
  const from = recipeFor(base);
  if (from === null) throw new Error(`no recipe for ${base}`);
  const recipe = { ...from, tag: 'assay/test/pytest', packages: [...from.packages, ...packages] };
  return { ...recipe, tag: `${recipe.tag}:${recipeDigest(recipe).slice('sha256:'.length, 23)}` };
}

async function make(docker: Dockerode, recipe: Recipe): Promise<void> {
  let problem = 'mmdebstrap is not installed';
  if (await builderAnswers()) {
    try {
      await buildFromRecipe(docker, recipe, { env: process.env });
      return;
    } catch (error) {
      problem = messageOf(error);
    }
  }
  try {
    await buildFromIndex(docker, recipe.tag);
  } catch (error) {
    throw new Error(`no way to an image with pytest:\n  ${problem}\n  ${messageOf(error)}`, { cause: error });
  }
}

async function buildFromIndex(docker: Dockerode, tag: string): Promise<void> {
  const { ref } = await ensureBaseImage(docker, base);
  const content = `FROM ${ref}\nRUN pip install --no-cache-dir ${fromIndex.join(' ')}\n`;
  await buildClassic(docker, packLayer([{ path: `/${dockerfileName}`, type: 'file', content }]), {
    name: 'the image with pytest',
    tag,
    labels: { 'assay.image': 'test' },
    timeoutSec: buildSec,
    network: process.env.ASSAY_BUILD_NETWORK || 'default',
    log: () => undefined,
    signal: AbortSignal.timeout(buildSec * 1000),
  });
}

async function isThere(docker: Dockerode, tag: string): Promise<boolean> {
  try {
    await docker.getImage(tag).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
