import { compare as comparePython, valid as validPython } from '@renovatebot/pep440';
import semver from 'semver';
import { z } from 'zod';
import type { Ecosystem } from '../../../spec/dependencies/model.ts';
import { normalName } from '../../../spec/dependencies/readers/python-names.ts';
import { type Advisory, ratingOf, severityOf } from './advisory.ts';
import { cvssBaseScore } from './cvss.ts';

/** What is read of a record of the OSV schema 1.x: <https://ossf.github.io/osv-schema/>. */
const Event = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
});
const Score = z.array(z.object({ type: z.string(), score: z.string() })).nullish();
const Rated = z.object({ severity: z.unknown().optional() }).nullish();
export const OsvRecord = z.object({
  id: z.string().min(1).max(200),
  summary: z.string().nullish(),
  details: z.string().nullish(),
  withdrawn: z.string().nullish(),
  severity: Score,
  database_specific: Rated,
  affected: z
    .array(
      z.object({
        package: z.object({ ecosystem: z.string(), name: z.string() }).nullish(),
        ranges: z.array(z.object({ type: z.string(), events: z.array(Event) })).nullish(),
        versions: z.array(z.string()).nullish(),
        severity: Score,
        database_specific: Rated,
        ecosystem_specific: Rated,
      }),
    )
    .nullish(),
});
type OsvRecord = z.infer<typeof OsvRecord>;
type Affected = NonNullable<OsvRecord['affected']>[number];

const ecosystems: Readonly<Record<string, Ecosystem>> = {
  npm: 'npm',
  PyPI: 'pypi',
  'crates.io': 'cargo',
  Go: 'go',
};

/** The advisories of a record: one for each package of an ecosystem known here; none where it was withdrawn. */
export function osvAdvisories(record: OsvRecord): Advisory[] {
  if (record.withdrawn) return [];
  return (record.affected ?? []).flatMap((affected) => {
    const ecosystem = ecosystems[affected.package?.ecosystem.split(':')[0] ?? ''];
    if (affected.package == null || ecosystem === undefined) return [];
    const { name } = affected.package;
    const score = scoreOf(affected.severity) ?? scoreOf(record.severity);
    const isMalware = record.id.startsWith('MAL-');
    const rated = [record, affected].map(({ database_specific }) => database_specific?.severity);
    const said = [...rated, affected.ecosystem_specific?.severity].find((each) => typeof each === 'string');
    const severity =
      severityOf(typeof said === 'string' ? said : null) ?? (score === null ? null : ratingOf(score));
    return [
      {
        id: record.id,
        summary: record.summary || record.details || 'a known vulnerability',
        ecosystem,
        name: ecosystem === 'pypi' ? normalName(name) : name,
        severity: isMalware ? 'critical' : severity,
        score: isMalware ? 10 : score,
        url: `https://osv.dev/vulnerability/${encodeURIComponent(record.id)}`,
        affects: (version: string) => isAffected(affected, ecosystem, version),
      },
    ];
  });
}

function scoreOf(severities: Affected['severity']): number | null {
  const scores = (severities ?? []).flatMap(({ type, score }) =>
    type === 'CVSS_V3' ? (cvssBaseScore(score) ?? []) : [],
  );
  return scores.length === 0 ? null : Math.max(...scores);
}

function isAffected({ versions, ranges }: Affected, ecosystem: Ecosystem, version: string): boolean {
  if (versions?.includes(version)) return true;
  return (ranges ?? []).some(({ type, events }) => type !== 'GIT' && isInRange(events, ecosystem, version));
}

/** The schema's own evaluation: the last event at or below the version says whether it is affected. */
function isInRange(events: readonly z.infer<typeof Event>[], ecosystem: Ecosystem, version: string): boolean {
  const order = orderOf(ecosystem, version);
  if (order === null) return false;
  let affected = false;
  const known = events.flatMap((event) => {
    const [[kind, at] = []] = Object.entries(event);
    return at === undefined ? [] : [{ kind, at, order: at === '0' ? 1 : order(at) }];
  });
  // Of the events at or below the version the greatest counts; what is fixed in a version is no longer introduced in it.
  const byAge = known.filter((each) => each.order !== null).sort((a, b) => compareIn(ecosystem, a.at, b.at));
  for (const { kind, order: place } of byAge) {
    if (kind === 'introduced' && place !== null && place >= 0) affected = true;
    if (kind === 'fixed' && place !== null && place >= 0) affected = false;
    if (kind === 'last_affected' && place !== null && place > 0) affected = false;
  }
  return affected;
}

/** How a version stands to others: above 0 where it is newer. null where it is no version. */
function orderOf(ecosystem: Ecosystem, version: string): ((other: string) => number | null) | null {
  if (!isVersion(ecosystem, version)) return null;
  return (other) => (isVersion(ecosystem, other) ? compareIn(ecosystem, version, other) : null);
}

function isVersion(ecosystem: Ecosystem, version: string): boolean {
  if (version.length > 200) return false;
  return ecosystem === 'pypi' ? validPython(version) !== null : semver.valid(version, true) !== null;
}

function compareIn(ecosystem: Ecosystem, one: string, other: string): number {
  if (one === other) return 0;
  if (one === '0' || other === '0') return one === '0' ? -1 : 1;
  return ecosystem === 'pypi' ? comparePython(one, other) : semver.compare(one, other, true);
}
