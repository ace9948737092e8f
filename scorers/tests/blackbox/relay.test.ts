import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakWithRelay } from './relay.ts';

/** A relay whose part is played by the test. */
function played() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const sent: string[] = [];
  stdin.on('data', (chunk) => sent.push(...String(chunk).trimEnd().split('\n')));
  const say = (...lines: string[]) => stdout.write(lines.map((line) => `${line}\n`).join(''));
  return { relay: speakWithRelay({ stdin, stdout }), stdin, stdout, sent, say };
}

const base64 = (content: string) => Buffer.from(content).toString('base64');

async function opened(part: ReturnType<typeof played>) {
  const connecting = part.relay.connect();
  part.say('open');
  const connection = await connecting;
  if (connection === null) throw new Error('refused');
  return connection;
}

describe('a connection through the relay', () => {
  it('carries bytes both ways, in lines', async () => {
    const part = played();
    const connection = await opened(part);
    connection.write('a'.repeat(100_000));
    part.say(`data ${base64('hello ')}`, `data ${base64('there')}`, 'end');
    expect(await text(connection)).toBe('hello there');
    const data = part.sent.filter((line) => line.startsWith('data ')).map((line) => line.slice(5));
    expect(part.sent[0]).toBe('open');
    expect(data.length).toBe(3);
    expect(data.map((each) => Buffer.from(each, 'base64').toString()).join('')).toBe('a'.repeat(100_000));
  });

  it('may be refused', async () => {
    const part = played();
    const connecting = part.relay.connect();
    part.say('refused');
    expect(await connecting).toBeNull();
  });

  it('is opened only when the one before is closed, whose rest is nobody’s', async () => {
    const part = played();
    const first = await opened(part);
    first.destroy();
    const next = part.relay.connect();
    part.say(`data ${base64('late')}`, 'end', '', 'data AAA');
    await turn();
    expect(part.sent).toEqual(['open', 'close']);
    part.say('', 'closed');
    while (part.sent.length < 3) await turn();
    part.say('open', `data ${base64('mine')}`, 'end');
    const second = await next;
    expect(second === null ? null : await text(second)).toBe('mine');
  });

  it('that was reset is no whole one', async () => {
    const part = played();
    const connection = await opened(part);
    part.say(`data ${base64('half')}`, 'broken');
    await expect(text(connection)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('waits for its reader', async () => {
    const part = played();
    const connection = await opened(part);
    for (let count = 0; count < 200; count++) part.say(`data ${base64('x'.repeat(40_000))}`);
    for (let count = 0; count < 50; count++) await turn();
    expect(connection.readableLength).toBeLessThan(200_000);
    part.say('end');
    expect((await text(connection)).length).toBe(8_000_000);
  });

  it('breaks with the relay, and there is no other', async () => {
    const part = played();
    const connection = await opened(part);
    part.stdout.end();
    await expect(text(connection)).rejects.toThrow('the relay is gone');
    await expect(part.relay.connect()).rejects.toThrow('the relay is gone');
    const silent = played();
    const connecting = silent.relay.connect();
    silent.stdout.destroy(new Error('cut'));
    await expect(connecting).rejects.toThrow('the relay is gone');
  });

  it('survives whatever is said in place of the relay’s lines', async () => {
    const line = fc.oneof(
      fc.constantFrom('open', 'refused', 'data', 'data *', 'end', 'broken', 'closed', '', 'data AAAA AAAA'),
      fc.string({ maxLength: 50 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const part = played();
        const connecting = part.relay.connect().catch(() => null);
        part.say(...lines);
        part.stdout.end();
        const connection = await connecting;
        if (connection !== null) await text(connection).catch(() => '');
        await expect(part.relay.connect()).rejects.toThrow();
      }),
    );
    const endless = played();
    const connecting = endless.relay.connect();
    endless.stdout.write('x'.repeat(100_000));
    await expect(connecting).rejects.toThrow('the relay is gone');
  });
});
