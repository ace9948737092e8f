import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CasesBench, type MeasureOptions, openCasesBench } from './testing.ts';

let bench: CasesBench;
beforeAll(async () => {
  bench = await openCasesBench('http', { 'server.py': 'raise SystemExit(3)\n' });
});
afterEach(async () => {
  expect(await bench.containers()).toEqual([]);
});
afterAll(() => bench.close());

/** A small store of notes, as a candidate would write it. */
const right = `
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

notes = []

class Handler(BaseHTTPRequestHandler):
    def answer(self, status, value, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == '/health':
            self.answer(200, {})
        elif self.path == '/notes':
            self.answer(200, {'notes': notes, 'count': len(notes)})
        elif self.path == '/echo':
            self.answer(200, dict(self.headers), [('X-Two', 'a'), ('X-Two', 'b')])
        else:
            self.answer(404, {'error': 'no such path'})

    def do_POST(self):
        note = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        notes.append({'id': len(notes) + 1, **note})
        self.answer(201, notes[-1], [('Location', f'/notes/{len(notes)}')])

ThreadingHTTPServer(('127.0.0.1', 8080), Handler).serve_forever()
`;

const service = {
  command: ['python3', 'server.py'],
  port: 8080,
  ready: { path: '/health', timeout_sec: 20 },
};
const ask = (path: string) => ({ request: { path } });

const notes = {
  service,
  cases: [
    { name: 'begins empty', ...ask('/notes'), expect: { body: { json: { notes: [], count: 0 } } } },
    {
      name: 'takes a note',
      steps: [
        {
          request: { method: 'POST', path: '/notes', json: { text: 'milk' } },
          expect: {
            status: 201,
            headers: { location: { regex: '^/notes/\\d+$' } },
            body: { json: { id: { $type: 'number' } } },
          },
        },
        { ...ask('/notes'), expect: { body: { json: { notes: { $contains: [{ text: 'milk' }] } } } } },
      ],
    },
    {
      name: 'hears headers',
      request: { path: '/echo', headers: { 'X-Mine': 'yes' } },
      expect: {
        headers: { 'X-TWO': 'a, b', 'Content-Type': { contains: ['json'] } },
        body: { json: { 'X-Mine': 'yes', Host: '127.0.0.1:8080' } },
      },
    },
    { name: 'knows what it does not know', ...ask('/nothing'), expect: { status: [404, 410] } },
  ],
};

async function serve(text: string, cases: object, more: Partial<MeasureOptions> = {}) {
  return bench.measure({ ...more, cases, files: { 'server.py': text } });
}

describe('a service asked over HTTP', () => {
  it('passes where it answers as the cases say', async () => {
    const measured = await serve(right, notes);
    expect(measured).toMatchObject({ end: 'exited', exitCode: 0, setupFailure: null, evidence: [] });
    expect(measured.words).toEqual({
      'begins empty': 'pass',
      'takes a note': 'pass',
      'hears headers': 'pass',
      'knows what it does not know': 'pass',
    });
  });

  it('fails where it does not, case by case, with what it answered', async () => {
    const wrong = right
      .replace("'count': len(notes)", "'count': 7")
      .replace('self.answer(201,', 'self.answer(200,');
    const measured = await serve(wrong, notes);
    expect(measured.words).toEqual({
      'begins empty': 'fail: body: $.count: expected 0, found 7',
      'takes a note': 'fail: request 1 (POST /notes): status: expected 201, found 200',
      'hears headers': 'pass',
      'knows what it does not know': 'pass',
    });
    expect(await measured.kept('failed-cases.txt')).toMatch(
      /--- GET \/notes \(\d+ bytes\)\nstatus 200\n.*"count": 7/s,
    );
    expect(await measured.kept('service.txt')).toContain('POST /notes');
  });

  it('has one life for all cases, or one for each', async () => {
    const add = { method: 'POST', path: '/notes', json: { text: 'x' } };
    const cases = [1, 2].map((number) => ({
      name: `note ${number}`,
      request: add,
      expect: { status: 201, body: { json: { id: number } } },
    }));
    expect((await serve(right, { service, cases })).words).toEqual({ 'note 1': 'pass', 'note 2': 'pass' });
    const fresh = await serve(right, { service: { ...service, fresh: 'case' }, cases });
    expect(fresh.words).toEqual({ 'note 1': 'pass', 'note 2': 'fail: body: $.id: expected 2, found 1' });
  });

  it('stands beside commands in one file', async () => {
    const { words } = await serve(right, {
      service,
      cases: [
        { name: 'asked', ...ask('/health') },
        { name: 'run', command: 'grep -c ThreadingHTTPServer server.py', expect: { stdout: '2\n' } },
      ],
    });
    expect(words).toEqual({ asked: 'pass', run: 'pass' });
  });
});

/** A server below HTTP: what it does with a connection, by the path that was asked for. */
const raw = (bodies: Record<string, string>, isThreaded = false) => `
import socket, time, os, threading
server = socket.create_server(('127.0.0.1', 8080))
def good(c):
    c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\nfine')
${Object.entries(bodies)
  .map(([name, body]) => `def ${name}(c):\n${body.trim().replaceAll(/^/gm, '    ')}\n`)
  .join('')}
def serve(c):
    try:
        parts = c.recv(65536).split(b' ')
        if len(parts) > 1: globals()[parts[1].decode()[1:]](c)
    except OSError:
        pass
    c.close()
while True:
    c, _ = server.accept()
    ${isThreaded ? 'threading.Thread(target=serve, args=(c,), daemon=True).start()' : 'serve(c)'}
`;

describe('a hostile service', () => {
  const tcp = { command: ['python3', 'server.py'], port: 8080 };
  const good = { ...ask('/good'), expect: { body: 'fine' } };
  const closed = 'fail: the connection was closed before the answer was complete';
  const late = 'fail: there was no whole answer within 1 second';
  const start = String.raw`c.sendall(b'HTTP/1.1 200 OK\r\n')`;

  const attacks: Record<string, [body: string, words: string | RegExp]> = {
    garbage: [
      String.raw`c.sendall(bytes(range(255, 0, -1)) + b'\r\n\r\n')`,
      /^fail: the answer is not HTTP: /,
    ],
    silence: ['pass', closed],
    half: [String.raw`c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')`, closed],
    half_chunked: [
      String.raw`c.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfi')`,
      closed,
    ],
    half_head: [String.raw`c.sendall(b'HTTP/1.1 200 OK\r\nContent-')`, closed],
    reset: [
      "import struct\nc.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
      closed,
    ],
    reset_half: [
      String.raw`import struct
c.sendall(b'HTTP/1.0 200 OK\r\n\r\nfine')
time.sleep(0.3)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))`,
      closed,
    ],
    never: ['time.sleep(600)', late],
    drip: [`${start}\nwhile True: c.sendall(b'X: y'); time.sleep(0.2)`, late],
    endless: [
      `${start}\nc.sendall(b'\\r\\n')\nwhile True: c.sendall(b'x' * 65536)`,
      'fail: the body is longer than 1 MiB',
    ],
    headers: [
      String.raw`${start}
while True: c.sendall(b'X-Y: ' + b'z' * 1000 + b'\r\n')`,
      'fail: the headers are longer than 64 KiB',
    ],
    header: [
      `${start}\nc.sendall(b'X: ')\nwhile True: c.sendall(b'z' * 65536)`,
      'fail: the headers are longer than 64 KiB',
    ],
    later: [String.raw`while True: c.sendall(b'HTTP/1.1 100 Continue\r\n\r\n' * 100)`, late],
    switching: [
      String.raw`c.sendall(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')`,
      'fail: it asked to speak another protocol',
    ],
    both_lengths: [
      String.raw`c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nfine')`,
      /^fail: the answer is not HTTP: /,
    ],
    relay: [String.raw`c.sendall(b'\nclosed\nopen\ndata AAAA\nend\n')`, /^fail: the answer is not HTTP: /],
    // What stands behind a whole answer belongs to no request.
    twice: [
      String.raw`c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfineHTTP/1.1 500 X\r\n\r\n')`,
      'pass',
    ],
    open_end: [
      String.raw`c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine'); time.sleep(600)`,
      'pass',
    ],
  };

  it('fails the cases that it attacks, and no other', async () => {
    const bodies = Object.fromEntries(Object.entries(attacks).map(([name, [body]]) => [name, body]));
    const measured = await serve(raw(bodies, true), {
      service: tcp,
      cases: Object.entries(attacks).flatMap(([name, [, words]]) => [
        { ...good, ...ask(`/${name}`), name, timeout_sec: words === late ? 1 : 20 },
        { ...good, name: `after ${name}`, timeout_sec: 20 },
      ]),
    });
    expect(measured).toMatchObject({ end: 'exited', setupFailure: null });
    for (const [name, [, words]] of Object.entries(attacks)) {
      expect(measured.words[name]).toMatch(typeof words === 'string' ? new RegExp(`^${words}$`) : words);
      expect(measured.words[`after ${name}`]).toBe('pass');
    }
  });

  it('that hangs for one client hangs for the others, and each says so', async () => {
    const { words } = await serve(raw({ x: 'time.sleep(600)' }), {
      defaults: { timeout_sec: 1 },
      service: tcp,
      cases: ['one', 'two'].map((name) => ({ name, ...ask('/x') })),
    });
    expect(words).toEqual({ one: late, two: late });
  });

  it('that dies fails the case and all after it', async () => {
    const { words, end } = await serve(raw({ x: 'os._exit(5)' }), {
      service: tcp,
      cases: [
        { name: 'before', ...good },
        { name: 'kills', ...ask('/x') },
        { name: 'after', ...good },
      ],
    });
    expect(end).toBe('exited');
    expect(words).toEqual({
      before: 'pass',
      kills: 'fail: the service ended: the connection was closed before the answer was complete',
      after: 'fail: the service had ended (exit code 5)',
    });
  });

  it('that is not there, or never ready, fails all cases', async () => {
    const cases = [{ name: 'a', ...ask('/') }];
    expect((await serve('raise SystemExit(3)', { service: tcp, cases })).words).toEqual({
      a: 'fail: the service ended before it was ready (exit code 3)',
    });
    const never = { ...tcp, ready: { timeout_sec: 1 } };
    const words = { a: 'fail: the service was not ready within 1 second' };
    expect((await serve('import time; time.sleep(600)', { service: never, cases })).words).toEqual(words);
    const sick = { ...never, ready: { timeout_sec: 1, path: '/sick' } };
    expect((await serve(right, { service: sick, cases })).words).toEqual(words);
  });

  it('that uses up its bounds ends as such', async () => {
    const cases = [{ name: 'a', ...ask('/x'), timeout_sec: 60 }];
    const eats = await serve('x = bytearray(1 << 30)', { service: tcp, cases });
    expect(eats.end).toBe('oom');
    expect(eats.words.a).toMatch(/^error/);
    expect(
      await serve(raw({ x: 'time.sleep(600)' }), { service: tcp, cases }, { timeoutSec: 2 }),
    ).toMatchObject({
      end: 'timeout',
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('enough')), 1500);
    await expect(
      serve(raw({ x: 'time.sleep(600)' }), { service: tcp, cases }, { signal: abort.signal }),
    ).rejects.toThrow('enough');
  });

  it('has no network but its own, and finds neither relay nor judge there', async () => {
    const look = `
import os, socket
names = sorted(name for _, name in socket.if_nameindex())
seen = ' '.join(open(f'/proc/{pid}/cmdline').read().replace('\\0', ' ') for pid in os.listdir('/proc') if pid.isdigit())
print(names, 'relay' in seen, flush=True)
body = f'{names} {"relay" in seen}'.encode()
c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\n' + body)`;
    const { words } = await serve(raw({ x: look }), {
      service: tcp,
      cases: [{ name: 'look', ...ask('/x'), expect: { body: "['lo'] False" } }],
    });
    expect(words).toEqual({ look: 'pass' });
  });
});
