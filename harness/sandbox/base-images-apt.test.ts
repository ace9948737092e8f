import { describe, expect, it } from 'vitest';
import { DEBIAN_KEYRING, debianSources, transportOptions } from './base-images-apt.ts';

const line = (uri: string, release: string) => `deb [signed-by=${DEBIAN_KEYRING}] ${uri} ${release} main`;

const cases: { name: string; host: string; targets: string[]; sources: string[] }[] = [
  {
    name: "the host's own archives, and nobody else's",
    host: 'bookworm',
    targets: [
      'http://deb.example/debian/|bookworm|main|Debian',
      'http://deb.example/debian/|bookworm|contrib|Debian',
      'http://deb.example/debian/|bookworm-updates|main|Debian',
      'http://deb.example/debian-security/|bookworm-security|main|Debian',
      'https://other/apt/|bookworm|main|Other',
      'https://other/node/|nodistro|main|. nodistro',
      'https://other/sdk/|cloud-sdk-bookworm|main|Debian',
    ],
    sources: [
      line('http://deb.example/debian/', 'bookworm'),
      line('http://deb.example/debian/', 'bookworm-updates'),
      line('http://deb.example/debian-security/', 'bookworm-security'),
    ],
  },
  {
    name: 'before the first update the origin is unknown',
    host: 'bookworm',
    targets: [
      'http://deb.example/debian/|bookworm|main|$(ORIGIN)',
      'http://deb.example/debian/|bookworm-updates|main|',
    ],
    sources: [
      line('http://deb.example/debian/', 'bookworm'),
      line('http://deb.example/debian/', 'bookworm-updates'),
    ],
  },
  {
    name: 'a newer Debian asks its own archive for the release',
    host: 'trixie',
    targets: [
      'http://deb.example/debian/|trixie|main|Debian',
      'http://deb.example/sec/|trixie-security|main|Debian',
    ],
    sources: [
      line('http://deb.example/debian/', 'bookworm'),
      line('http://deb.example/sec/', 'bookworm-security'),
    ],
  },
  {
    name: "the release's own line wins over a derived one",
    host: 'trixie',
    targets: [
      'http://new/|trixie|main|Debian',
      'http://old/|bookworm|main|Debian',
      'http://newer/|trixie|main|Debian',
    ],
    sources: [line('http://old/', 'bookworm')],
  },
  {
    name: 'without Debian sources, the public archive',
    host: 'noble',
    targets: ['http://ubuntu/|noble|main|Ubuntu'],
    sources: [
      line('http://deb.debian.org/debian', 'bookworm'),
      line('http://deb.debian.org/debian', 'bookworm-updates'),
      line('http://deb.debian.org/debian-security', 'bookworm-security'),
    ],
  },
];

describe('debianSources', () => {
  it.each(cases)('$name', ({ host, targets, sources }) => {
    expect(debianSources(targets.join('\n'), host, 'bookworm')).toEqual(sources);
  });
});

describe('transportOptions', () => {
  it('keeps how packages travel, and nothing that weakens their signatures', () => {
    const dump = [
      'APT::Architecture "amd64";',
      'Acquire "";',
      'Acquire::AllowInsecureRepositories "1";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy:3128";',
      'Acquire::https::CaInfo "/etc/ca.pem";',
      'Acquire::Check-Date "false";',
      'Acquire::IndexTargets::deb::Packages "";',
      'Acquire::Retries "3";',
      'DPkg::Post-Invoke:: "rm -rf /";',
    ];
    expect(transportOptions(dump.join('\n'))).toEqual([
      'Acquire::http::Proxy "http://proxy:3128";',
      'Acquire::https::CaInfo "/etc/ca.pem";',
      'Acquire::Check-Date "false";',
      'Acquire::Retries "3";',
    ]);
  });
});
