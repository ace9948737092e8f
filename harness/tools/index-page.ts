import { z } from 'zod';
import { infrastructureError } from '../domain/errors.ts';

/** A file that an index offers. */
export interface IndexFile {
  filename: string;
  url: URL;
  /** Lower-case hex; null where the index says none. */
  sha256: string | null;
}

const JsonPage = z.object({
  files: z.array(
    z.object({ filename: z.string(), url: z.string(), hashes: z.record(z.string(), z.string()).default({}) }),
  ),
});

/**
 * The files on a project's page of a "simple" index: HTML (PEP 503) or JSON (PEP 691), as its content type says.
 * `base` is the page's own address, which relative links are relative to. Throws `infrastructure` for JSON that is none.
 */
export function parseIndexPage(text: string, contentType: string, base: URL): IndexFile[] {
  return contentType.includes('json') ? parseJson(text, base) : parseHtml(text, base);
}

function parseJson(text: string, base: URL): IndexFile[] {
  let page: z.infer<typeof JsonPage>;
  try {
    page = JsonPage.parse(JSON.parse(text));
  } catch (error) {
    throw infrastructureError('the package index answered with JSON that is no page of a project', {
      fix: 'check the address of the index (PIP_INDEX_URL, UV_INDEX_URL)',
      cause: error,
    });
  }
  return page.files.flatMap(({ filename, url, hashes }) => {
    const link = URL.canParse(url, base.href) ? new URL(url, base) : null;
    return link === null ? [] : [{ filename, url: link, sha256: hex(hashes.sha256) }];
  });
}

const anchor = /<a\s([^<>]{1,4000})>([^<>]{1,1000})<\/a\s*>/gi;
const href = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

function parseHtml(text: string, base: URL): IndexFile[] {
  const files: IndexFile[] = [];
  for (const [, attributes = '', label = ''] of text.matchAll(anchor)) {
    const match = href.exec(attributes);
    const link = unescapeHtml(match?.[1] ?? match?.[2] ?? '');
    if (link === '' || !URL.canParse(link, base.href)) continue;
    const url = new URL(link, base);
    const sha256 = hex(/^#sha256=(.*)$/.exec(url.hash)?.[1]);
    url.hash = '';
    files.push({ filename: unescapeHtml(label).trim(), url, sha256 });
  }
  return files;
}

function hex(text: string | undefined): string | null {
  return text !== undefined && /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : null;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
};

function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (all, name: string) => entities[name] ?? all);
}
