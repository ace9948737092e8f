import { describe, expect, it } from 'vitest';
import { expectedBody } from './schema-openapi.ts';
import { fromOpenApi30 } from './schema-openapi30.ts';

const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });

const document = {
  openapi: '3.1.0',
  servers: [{ url: 'https://example.com/{version}/', variables: { version: { default: 'v1' } } }],
  paths: {
    '/items': {
      get: {
        responses: {
          200: {
            headers: {
              'X-Total': { $ref: '#/components/headers/Total' },
              'Content-Type': { required: true },
            },
            ...json({ type: 'array', items: { $ref: '#/components/schemas/Item' } }),
          },
          '4XX': { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/items/{id}': { get: { responses: { default: json({ $ref: '#/components/schemas/Item' }) } } },
    '/items/first': { get: { responses: { 204: { description: 'none' } } } },
    '/files/{name}.{ending}': {
      get: { responses: { 200: { content: { 'text/*': {}, 'image/png': { schema: {} } } } } },
    },
  },
  components: {
    schemas: { Item: { type: 'object', required: ['id'] } },
    headers: { Total: { required: true, schema: { type: 'integer' } } },
    responses: {
      Problem: { description: 'no', content: { 'application/problem+json': { schema: { type: 'object' } } } },
    },
  },
};

const head = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: new Map(Object.entries({ 'content-type': 'application/json; charset=utf-8', ...headers })),
});
const asked = (path: string, answer = head(200), over: object = {}, method = 'GET') =>
  expectedBody({ ...document, ...over }, { method, path }, answer);

describe('an operation', () => {
  it('is found by method and path, below the path of a server', () => {
    const body = { dialect: '2020-12', schema: { components: { schemas: document.components.schemas } } };
    expect(asked('/v1/items?all=1', head(200, { 'x-total': '3' }))).toMatchObject({ body });
    expect(asked('/v1/items/7')).toMatchObject({
      body: { schema: { allOf: [{ $ref: '#/components/schemas/Item' }] } },
    });
  });

  it('is the most definite one', () => {
    expect(asked('/v1/items/first', head(204))).toEqual({ body: null });
  });

  it('must be there', () => {
    for (const path of ['/items', '/v2/items', '/v1/items/7/parts', '/v1/items/', '/v1/itemsx'])
      expect(asked(path)).toEqual({ spec: `the OpenAPI document has no GET ${path}` });
    expect(asked('/v1/items', head(200), {}, 'DELETE')).toMatchObject({
      spec: expect.stringContaining('no DELETE'),
    });
    expect(asked('/items', head(200, { 'x-total': '1' }), { servers: undefined })).toMatchObject({
      body: {},
    });
  });
});

describe('a response', () => {
  it('is found by its status, its class or as the default', () => {
    const problem = head(404, { 'content-type': 'application/problem+json' });
    expect(asked('/v1/items', problem)).toMatchObject({ body: { schema: { allOf: [{ type: 'object' }] } } });
    expect(asked('/v1/items', head(500))).toEqual({
      answer: "status 500 is not one of the document's: 200, 4XX",
    });
    expect(asked('/v1/items/7', head(500))).toMatchObject({ body: { dialect: '2020-12' } });
  });

  it('must have the required headers', () => {
    expect(asked('/v1/items')).toEqual({ answer: 'status 200: the header X-Total is missing' });
  });

  it('must be of a media type that is described', () => {
    expect(asked('/v1/items/7', head(200, { 'content-type': 'text/html' }))).toEqual({
      answer: 'the media type is "text/html", not application/json',
    });
    expect(asked('/v1/files/a.txt', head(200, { 'content-type': 'text/plain' }))).toEqual({ body: null });
    expect(asked('/v1/files/a.png', head(200, { 'content-type': 'image/png' }))).toMatchObject({
      spec: expect.stringContaining('only JSON'),
    });
  });
});

describe('a document', () => {
  it('is refused where it leads elsewhere or is of another kind', () => {
    const away = {
      paths: { '/a': { get: { responses: { 200: { $ref: 'https://example.com/x' } } } } },
      servers: [],
    };
    expect(asked('/a', head(200), away)).toMatchObject({
      spec: expect.stringContaining('does not lead to a place'),
    });
    const circle = {
      ...{
        paths: { '/a': { get: { responses: { 200: { $ref: '#/components/responses/A' } } } } },
        servers: [],
      },
      components: { responses: { A: { $ref: '#/components/responses/A' } } },
    };
    expect(asked('/a', head(200), circle)).toMatchObject({ spec: expect.stringContaining('does not lead') });
    expect(asked('/a', head(200), { openapi: '2.0' })).toMatchObject({
      spec: expect.stringContaining('version "2.0"'),
    });
    expect(expectedBody([], { method: 'GET', path: '/' }, head(200))).toMatchObject({
      spec: expect.any(String),
    });
    const dialect = { jsonSchemaDialect: 'https://json-schema.org/draft/2019-09/schema' };
    expect(asked('/v1/items/7', head(200), dialect)).toMatchObject({
      spec: expect.stringContaining('2019-09'),
    });
  });

  it('of version 3.0 is put into the words of JSON Schema', () => {
    const told = asked('/v1/items/7', head(200), {
      openapi: '3.0.3',
      components: { schemas: { Item: { type: 'string', nullable: true } } },
    });
    expect(told).toMatchObject({
      body: {
        dialect: 'draft-07',
        schema: { components: { schemas: { Item: { type: ['string', 'null'] } } } },
      },
    });
  });
});

describe('a schema of OpenAPI 3.0', () => {
  it('says the same in JSON Schema', () => {
    const given = {
      type: 'object',
      required: ['a', 'secret'],
      properties: {
        a: { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
        b: { type: 'string', enum: ['x'], nullable: true },
        secret: { type: 'string', writeOnly: true },
        c: { anyOf: [{ $ref: '#/components/schemas/C', nullable: true }] },
      },
      additionalProperties: { type: 'array', items: { type: 'number', nullable: true } },
    };
    expect(fromOpenApi30(given)).toEqual({
      schema: {
        type: 'object',
        required: ['a'],
        properties: {
          a: { type: 'integer', exclusiveMinimum: 0, maximum: 9 },
          b: { type: ['string', 'null'], enum: ['x', null] },
          secret: { type: 'string', writeOnly: true },
          c: { anyOf: [{ $ref: '#/components/schemas/C' }] },
        },
        additionalProperties: { type: 'array', items: { type: ['number', 'null'] } },
      },
    });
  });

  it('is refused where it has no meaning', () => {
    expect(fromOpenApi30({ nullable: true, allOf: [] })).toMatchObject({
      problem: expect.stringContaining('nullable'),
    });
    expect(fromOpenApi30({ exclusiveMaximum: true })).toMatchObject({
      problem: expect.stringContaining('maximum'),
    });
    let deep: unknown = {};
    for (let depth = 0; depth < 200; depth += 1) deep = { not: deep };
    expect(fromOpenApi30(deep)).toMatchObject({ problem: expect.stringContaining('nested') });
  });
});
