import { access, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { AssayError, messageOf } from '../domain/errors.ts';
import { fullRef, mirroredRef, parseImageName } from '../sandbox/base-image-recipes-names.ts';
import { builderAnswers } from '../sandbox/base-images.ts';
import { engineWords } from '../sandbox/engine-errors.ts';
import {
  capacityChecks,
  clockCheck,
  type DoctorCheck,
  diskCheck,
  type EngineInfo,
  gitCheck,
  imagesCheck,
  leftoversCheck,
  limitsCheck,
  nodeCheck,
  runtimesCheck,
  securityCheck,
  storageCheck,
  versionCheck,
  warningsCheck,
} from './doctor-checks.ts';
import { connectEngine, type Engine } from './engine-connect.ts';

/** Whether this machine can run Assay, check by check. Plain data. */
export interface DoctorReport {
  checks: DoctorCheck[];
}

const GIB = 1024 ** 3;
const REGISTRY_MS = 8000;
/** An image that every registry and mirror of Docker Hub has. */
const WELL_KNOWN = 'debian:bookworm-slim';

/** Looks at this machine and its engine; changes nothing, and never throws for what it finds. */
export async function doctor(env: NodeJS.ProcessEnv = process.env): Promise<DoctorReport> {
  const [git, engine, work] = await Promise.all([
    examineGit(),
    examineEngine(env),
    diskOf('here', process.cwd(), GIB, 5 * GIB),
  ]);
  return { checks: [nodeCheck(process.version), git, ...engine, ...work] };
}

/** One line per check with its remedy below it, and a closing line. */
export function renderDoctor(report: DoctorReport): string {
  const marks = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };
  const width = Math.max(0, ...report.checks.map((check) => check.name.length));
  const lines = report.checks.flatMap(({ name, status, detail, fix }) => [
    `${marks[status]}  ${name.padEnd(width)}  ${detail}`,
    ...(fix === undefined ? [] : [`${' '.repeat(width + 8)}-> ${fix}`]),
  ]);
  const count = (status: DoctorCheck['status']) =>
    report.checks.filter((check) => check.status === status).length;
  const closing = `${count('ok')} fine, ${count('warn')} to know of, ${count('fail')} in the way`;
  return `${[...lines, '', closing].join('\n')}\n`;
}

async function examineGit(): Promise<DoctorCheck> {
  const version = await execa('git', ['--version'], { reject: false, stdin: 'ignore', timeout: 10_000 });
  if (version.failed) return gitCheck(null, false);
  const folder = await mkdtemp(join(tmpdir(), 'assay-doctor-'));
  try {
    const args = ['init', '--quiet', '--bare', '--object-format=sha256', folder];
    const made = await execa('git', args, { reject: false, stdin: 'ignore', timeout: 10_000 });
    return gitCheck(version.stdout.replace('git version ', ''), !made.failed);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function examineEngine(env: NodeJS.ProcessEnv): Promise<DoctorCheck[]> {
  let engine: Engine;
  try {
    engine = await connectEngine(env);
  } catch (error) {
    const fix = error instanceof AssayError ? error.fix : undefined;
    return [
      { name: 'engine', status: 'fail', detail: messageOf(error), ...(fix === undefined ? {} : { fix }) },
    ];
  }
  const { docker } = engine;
  const asked = Date.now();
  const info: EngineInfo = await docker.info();
  const answered = Date.now();
  const local = engine.endpoint.startsWith('unix://') && info.DockerRootDir !== undefined;
  const [disk, images, leftovers] = await Promise.all([
    local ? diskOf('engine', info.DockerRootDir ?? '/', 2 * GIB, 10 * GIB) : [],
    examineImages(docker, env),
    docker.listContainers({ all: true, filters: { label: ['assay=1'] } }),
  ]);
  const warnings = warningsCheck(info);
  return [
    versionCheck(info, engine.endpoint, engine.apiVersion),
    storageCheck(info),
    limitsCheck(info),
    ...(warnings === null ? [] : [warnings]),
    runtimesCheck(info),
    securityCheck(info),
    images,
    ...capacityChecks(info),
    ...disk,
    clockCheck(info.SystemTime === undefined ? null : Date.parse(info.SystemTime), asked, answered),
    leftoversCheck(leftovers.length),
  ];
}

/** Lets the engine ask for a manifest: the machine that has to reach the registry is the engine's. */
async function examineImages(docker: Docker, env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const name = parseImageName(WELL_KNOWN);
  if (name === null) throw new TypeError(`${WELL_KNOWN} is not an image reference`);
  const mirror = env.ASSAY_REGISTRY_MIRROR;
  const ref = (mirror ? mirroredRef(mirror, name) : null) ?? fullRef(name);
  const [answer, builder] = await Promise.all([askRegistry(docker, ref), builderAnswers()]);
  return imagesCheck(ref.slice(0, ref.indexOf('/')), answer, builder);
}

async function askRegistry(docker: Docker, ref: string): Promise<string | null> {
  try {
    await docker.getImage(ref).distribution({ abortSignal: AbortSignal.timeout(REGISTRY_MS) });
    return null;
  } catch (error) {
    const silent = error instanceof Error && error.name === 'AbortError';
    return silent ? `nothing within ${REGISTRY_MS / 1000} s` : engineWords(error).replaceAll(/\s+/g, ' ');
  }
}

/** No answer where the path is not on this machine, as with an engine in a virtual machine. */
async function diskOf(place: string, path: string, minimum: number, good: number): Promise<DoctorCheck[]> {
  try {
    await access(path);
    const { bavail, bsize } = await statfs(path);
    return [diskCheck(place, path, bavail * bsize, minimum, good)];
  } catch {
    // The engine's folder is often unreadable for others, or elsewhere: not knowing is no fault of the machine.
    return [];
  }
}
