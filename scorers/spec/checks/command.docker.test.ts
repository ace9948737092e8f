import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKinds, SpecFile } from '../schema.ts';
import { runCommandChecks } from './command.ts';
import { type ChecksBench, openChecksBench } from './command-testing.ts';
import { requestRunner, stepsRunner } from './request.ts';
import { schemaRunner } from './schema.ts';

/** A program that prints what it is, and a service that keeps notes: the same in both languages. */
const languages = [
  {
    name: 'TypeScript',
    image: 'node:24-bookworm-slim',
    program: ['node', 'shop.ts'],
    file: 'shop.ts',
    right: `import { createServer } from 'node:http';
const items: { id: number; price: number }[] = [];
const print = (value: unknown) => JSON.stringify(value);
if (process.argv[2] === 'list') console.log(print([{ id: 1, price: 2.5 }]));
else
  createServer((request, response) => {
    if (request.method === 'POST') items.push({ id: items.length + 1, price: 1 });
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-total', items.length);
    response.end(print(items));
  }).listen(8000, '127.0.0.1');
`,
    priced: /price: (2\.5|1) \}/g,
    much: "price: 'much' }",
    broken: "throw new Error('not today');\n",
    endless: 'for (;;);\n',
  },
  {
    name: 'Python',
    image: 'python:3.11-slim-bookworm',
    program: ['python3', 'shop.py'],
    file: 'shop.py',
    right: `import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
items = []
class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(items).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('x-total', str(len(items)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        items.append({'id': len(items) + 1, 'price': 1})
        self.do_GET()
if sys.argv[1:] == ['list']:
    print(json.dumps([{'id': 1, 'price': 2.5}]))
else:
    HTTPServer(('127.0.0.1', 8000), Shop).serve_forever()
`,
    priced: /'price': (2\.5|1)\}/g,
    much: "'price': 'much'}",
    broken: "raise ValueError('not today')\n",
    endless: 'while True: pass\n',
  },
] as const;

const item = {
  type: 'object',
  required: ['id', 'price'],
  properties: { id: { type: 'integer' }, price: { type: 'number', minimum: 0 } },
};
const openapi = `openapi: 3.0.3
paths:
  /items:
    get:
      responses:
        200:
          headers:
            X-Total: { required: true }
          content:
            application/json:
              schema:
                type: array
                items: { $ref: '#/components/schemas/Item' }
    post:
      responses:
        201: { description: made }
components:
  schemas:
    Item: ${JSON.stringify(item)}
`;

describe.each(languages)(
  'a program in $name',
  ({ image, program, file, right, priced, much, broken, endless }) => {
    let bench: ChecksBench;
    beforeAll(async () => {
      bench = await openChecksBench(image, { [file]: broken });
    });
    afterAll(() => bench?.close());

    const service = SpecFile.shape.service.parse({
      command: program,
      port: 8000,
      ready: { timeout_sec: 20 },
    });
    const request = checkKinds.request.parse({
      request: { path: '/items' },
      expect: { status: 200, body: { json: [] } },
    });
    const steps = checkKinds.steps.parse({
      steps: [
        { request: { path: '/items', method: 'POST' }, expect: { status: 200 } },
        { request: { path: '/items' }, expect: { body: { json: { $contains: [{ price: 1 }] } } } },
      ],
    });
    const command = checkKinds.command.parse({
      command: [...program, 'list'],
      expect: { stdout: { json: [{ price: 2.5 }] } },
      timeout_sec: 5,
    });
    const of = { command: checkKinds.command.parse({ command: [...program, 'list'], timeout_sec: 5 }) };
    const schemas = [
      { id: 'inline', given: checkKinds.schema.parse({ of, json_schema: { type: 'array', items: item } }) },
      { id: 'file', given: checkKinds.schema.parse({ of, json_schema: 'schemas/items.json' }) },
      {
        id: 'asked',
        given: checkKinds.schema.parse({ of: { request: { path: '/items' } }, openapi: 'api.yaml' }),
      },
      {
        id: 'made',
        given: checkKinds.schema.parse({
          of: { request: { path: '/items', method: 'POST' } },
          openapi: 'api.yaml',
        }),
      },
      { id: 'away', given: checkKinds.schema.parse({ of, json_schema: { $ref: 'https://example.com/x' } }) },
      { id: 'lost', given: checkKinds.schema.parse({ of, json_schema: 'schemas/none.json' }) },
    ];
    const task = {
      'schemas/items.json': JSON.stringify({ type: 'array', maxItems: 1, items: item }),
      'api.yaml': openapi,
    };

    const all = async (text: string) => {
      const files = { [file]: text };
      const wanted = [{ id: 'command', given: command }];
      return {
        ...(await bench.ask({ run: runCommandChecks, checks: wanted, files, task })),
        ...(await bench.ask({
          run: requestRunner(service),
          checks: [{ id: 'request', given: request }],
          files,
        })),
        ...(await bench.ask({ run: stepsRunner(service), checks: [{ id: 'steps/2', given: steps }], files })),
        ...(await bench.ask({ run: schemaRunner(service), checks: schemas, files, task })),
      };
    };
    const outcomes = (answers: Record<string, { outcome: string }>) =>
      Object.fromEntries(Object.entries(answers).map(([id, { outcome }]) => [id, outcome]));

    it('that conforms passes every kind of check', async () => {
      const answers = await all(right);
      expect(outcomes(answers)).toEqual({
        ...{
          command: 'pass',
          request: 'pass',
          'steps/2': 'pass',
          inline: 'pass',
          file: 'pass',
          asked: 'pass',
        },
        // What is not in the document, and schemas that cannot be used.
        ...{ made: 'fail', away: 'unknown', lost: 'unknown' },
      });
      expect(answers).toMatchObject({
        made: { message: "status 200 is not one of the document's: 201" },
        away: { message: expect.stringMatching(/^the spec is wrong: .*example\.com/) },
        lost: { message: 'the spec is wrong: schemas/none.json does not exist' },
      });
    });

    it('that breaks them fails, and shows what it said', async () => {
      const answers = await all(right.replaceAll(priced, much));
      expect(outcomes(answers)).toMatchObject({
        command: 'fail',
        'steps/2': 'fail',
        inline: 'fail',
        file: 'fail',
      });
      expect(answers.command?.message).toContain('$[0].price: expected 2.5, found "much"');
      expect(answers.command?.evidence['command.txt']).toContain('--- stdout');
      expect(answers['steps/2']?.evidence['steps~2.txt']).toContain('status 200');
      expect(answers.inline?.message).toBe('/0/price must be number');
      expect(JSON.parse(answers.inline?.evidence['inline.json'] ?? '')).toEqual({
        errors: ['/0/price must be number'],
        answer: expect.stringContaining('much'),
      });
    });

    it('that cannot be asked leaves every check of its service unknown', async () => {
      const answers = await all(broken);
      expect(outcomes(answers)).toMatchObject({ request: 'unknown', 'steps/2': 'unknown', asked: 'unknown' });
      expect(answers.request?.message).toBe('the service ended before it was ready (exit code 1)');
      expect(answers.request?.evidence['request.txt']).toContain('not today');
      // What it prints is no answer, and what it ends with is not what it must.
      expect(answers.inline).toMatchObject({ outcome: 'fail', message: 'exit code: expected 0, found 1' });
    });

    it('that never ends has no answer to be looked at', async () => {
      const checks = schemas.slice(0, 1);
      const answers = await bench.ask({
        run: schemaRunner(service),
        checks,
        files: { [file]: endless },
        timeoutSec: 3,
      });
      expect(answers.inline).toMatchObject({ outcome: 'unknown' });
    });
  },
);
