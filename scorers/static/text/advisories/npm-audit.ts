import semver from 'semver';
import { z } from 'zod';
import { type Advisory, severityOf } from './advisory.ts';

const Source = z.object({
  source: z.union([z.number(), z.string()]).nullish(),
  name: z.string(),
  title: z.string().nullish(),
  url: z.string().nullish(),
  severity: z.string().nullish(),
  range: z.string(),
  cvss: z.object({ score: z.number().nullish() }).nullish(),
});

/** What is read of the output of `npm audit --json`, of npm 7 and newer. */
export const NpmAudit = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    // Names stand for others of the same report.
    z.object({ via: z.array(z.union([z.string(), Source])) }),
  ),
});

/** One advisory for each that the report names; it knows of no other packages than those that it was made for. */
export function npmAuditAdvisories({ vulnerabilities }: z.infer<typeof NpmAudit>): Advisory[] {
  const sources = Object.values(vulnerabilities).flatMap(({ via }) =>
    via.filter((each) => typeof each !== 'string'),
  );
  const found = new Map<string, Advisory>();
  for (const { source, name, title, url, severity, range, cvss } of sources) {
    const id =
      /\b(?:GHSA(?:-[0-9a-z]{4}){3}|CVE-\d{4}-\d+)\b/.exec(url ?? '')?.[0] ?? `npm-${source ?? 'unknown'}`;
    const score = cvss?.score ?? 0;
    found.set(`${id} ${name} ${range}`, {
      id,
      summary: title || 'a known vulnerability',
      ecosystem: 'npm',
      name,
      severity: severityOf(severity),
      score: score > 0 && score <= 10 ? score : null,
      url: url ?? null,
      affects: (version) =>
        version.length <= 200 && semver.satisfies(version, range, { includePrerelease: true, loose: true }),
    });
  }
  return [...found.values()];
}
