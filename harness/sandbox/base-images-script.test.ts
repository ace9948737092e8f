import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recipeFor } from './base-image-recipes.ts';
import { builderArguments, finishScript } from './base-images-script.ts';

const debian = recipeFor('debian:bookworm-slim');
if (debian === null) throw new Error('no recipe for Debian');
const recipe = debian;

describe('builderArguments', () => {
  const paths = { finish: "/tmp/it's/finish.sh", mergedUsr: null, tar: '/tmp/root.tar' };

  it('quotes what a shell will read and ends with suite, target and sources on standard input', () => {
    const args = builderArguments(
      recipe,
      { options: ['Acquire::Retries "3";'], auth: ['/etc/apt/auth.conf'] },
      paths,
    );
    expect(args).toContain(`--customize-hook=sh -eu '/tmp/it'\\''s/finish.sh' "$1"`);
    expect(args).toContain(`--setup-hook=cp -a '/etc/apt/auth.conf' "$1/etc/apt/"`);
    expect(args).toContain('--aptopt=Acquire::Retries "3";');
    expect(args).toContain('--include=bash,ca-certificates');
    expect(args.slice(-3)).toEqual(['bookworm', '/tmp/root.tar', '-']);
  });

  it('keeps Perl out where the builder knows how', () => {
    const args = builderArguments(recipe, { options: [], auth: [] }, { ...paths, mergedUsr: '/hooks' });
    expect(args).toContain('--hook-dir=/hooks');
    expect(args).toContain('--include=usr-is-merged,bash,ca-certificates');
  });
});

describe('finishScript', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'assay-finish-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("leaves nothing of the building machine's configuration in the root", async () => {
    const secret = 'http://user:secret@mirror.internal/debian';
    const files = {
      'etc/apt/auth.conf': secret,
      'etc/apt/auth.conf.d/mirror.conf': secret,
      'etc/apt/sources.list': `deb ${secret} bookworm main`,
      'etc/apt/apt.conf.d/99mmdebstrap': `Acquire::http::Proxy "${secret}";`,
      'etc/apt/apt.conf.d/01autoremove': 'kept',
      'etc/dpkg/dpkg.cfg.d/99mmdebstrap': 'path-exclude=/usr/share/man/*',
      'etc/resolv.conf': 'nameserver 10.9.8.7',
      'etc/hostname': 'secret-host',
      'var/log/apt/term.log': secret,
      'var/log/dpkg.log': secret,
      'usr/sbin/.keep': '',
      'var/cache/debconf/config.dat-old': secret,
      'var/lib/dpkg/status-old': secret,
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    const script = join(root, 'finish.sh');
    await writeFile(script, finishScript(recipe, { node: null }));
    await execa('sh', ['-eu', script, root]);
    await rm(script);

    const left = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    for (const entry of left) {
      expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toMatch(
        /secret|internal|10\.9\.8\.7/,
      );
    }
    const sources = await readFile(join(root, 'etc/apt/sources.list.d/debian.sources'), 'utf8');
    expect(sources.match(/^URIs: .*/gm)).toEqual([
      'URIs: http://deb.debian.org/debian',
      'URIs: http://deb.debian.org/debian-security',
    ]);
    expect(await readFile(join(root, 'etc/dpkg/dpkg.cfg.d/docker'), 'utf8')).toContain('path-exclude');
    expect(await readFile(join(root, 'etc/apt/apt.conf.d/01autoremove'), 'utf8')).toBe('kept');
  });

  it('stays within the root: every path it writes or removes is relative', () => {
    const script = finishScript(recipe, {
      node: { binary: { tarball: '/c/node.tgz' }, npm: { tarball: '/c/npm.tgz' } },
    });
    for (const line of script
      .split('\n')
      .filter((text) => /^(rm|mv|mkdir|chmod|chown|find|cat) /.test(text))) {
      const words = line
        .split(' ')
        .slice(1)
        .filter((word) => word.startsWith('/'));
      expect(words).toEqual([]);
    }
  });
});
