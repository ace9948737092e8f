import { expect, it } from 'vitest';
import { parseIndexPage } from './index-page.ts';

const base = new URL('http://index.test/simple/some-project/');
const digest = 'ab'.repeat(32);

function hrefs(html: string) {
  return parseIndexPage(html, 'text/html; charset=utf-8', base).map(({ filename, url, sha256 }) => [
    filename,
    url.href,
    sha256,
  ]);
}

it('reads links of HTML pages, relative and absolute', () => {
  const html = `<!DOCTYPE html><html><body><h1>Links</h1>
    <a href="../../files/a-1-py3-none-any.whl#sha256=${digest}" data-requires-python="&gt;=3.8">a-1-py3-none-any.whl</a><br/>
    <A class='x' HREF='https://files.test/b.whl?x=1&amp;y=2#sha256=${digest.toUpperCase()}'> b.whl </A>
    <a data-href="no" rel="internal" href="/c.tar.gz">c.tar.gz</a>`;
  expect(hrefs(html)).toEqual([
    ['a-1-py3-none-any.whl', 'http://index.test/files/a-1-py3-none-any.whl', digest],
    ['b.whl', 'https://files.test/b.whl?x=1&y=2', digest],
    ['c.tar.gz', 'http://index.test/c.tar.gz', null],
  ]);
});

it('passes over links that are none, and digests that are none', () => {
  expect(hrefs('<a name="x">top</a><a href="http://[bad">bad</a><a href="x#sha256=12">x</a>')).toEqual([
    ['x', 'http://index.test/simple/some-project/x', null],
  ]);
});

it('is not slowed down by a page of broken tags', () => {
  expect(hrefs('<a href="'.repeat(200_000))).toEqual([]);
});

it('reads JSON pages', () => {
  const page = {
    meta: {},
    files: [{ filename: 'a.whl', url: '/f/a.whl', hashes: { sha256: digest }, size: 3 }],
  };
  const type = 'application/vnd.pypi.simple.v1+json';
  expect(parseIndexPage(JSON.stringify(page), type, base)).toEqual([
    { filename: 'a.whl', url: new URL('http://index.test/f/a.whl'), sha256: digest },
  ]);
  expect(() => parseIndexPage('{"message": "no"}', type, base)).toThrow('no page of a project');
});
