// /openapi.json before a validator that others made, and the mistakes that it finds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RealCluster } from '../page/real_cluster.mjs';
import { Described, operationsOf, validated, wrongSchemas } from './document.mjs';

const cluster = new RealCluster({ name: 'document', front: '' });
let document;

before(
  async () => {
    await cluster.start(1);
    const response = await fetch(cluster.base(1) + '/openapi.json');
    assert.equal(response.headers.get('content-type'), 'application/json');
    document = await response.json();
  },
  { timeout: 120000 }
);

after(() => cluster.stop());

test('the document is OpenAPI 3.1', async () => {
  const result = await validated(document);
  assert.deepEqual(result.errors ?? [], []);
  assert.ok(result.valid);
  assert.equal(result.version, '3.1');
});

test('operations have names of their own, and tags and schemas that are there', () => {
  const operations = operationsOf(document);
  assert.equal(new Set(operations.map(x => x.name)).size, operations.length);
  const tags = new Set(document.tags.map(x => x.name));
  for (const x of operations) for (const tag of x.said.tags) assert.ok(tags.has(tag), tag);
  const references = JSON.stringify(document).matchAll(
    /"\$ref":"#\/components\/schemas\/([^"]+)"/g
  );
  for (const [, name] of references) assert.ok(document.components.schemas[name], name);
});

test('the schemas are those of JSON Schema', () => {
  assert.deepEqual(wrongSchemas(document), []);
  const wrong = structuredClone(document);
  wrong.components.schemas.Problem.properties.status.type = 'thing';
  assert.deepEqual(wrongSchemas(wrong), ['Problem']);
});

const mistakes = {
  'no title': x => delete x.info.title,
  'a parameter that is nowhere': x => {
    x.paths['/v1/leagues/{league}/teams'].get.parameters[0].in = 'nowhere';
  },
  'a parameter of a path that need not be there': x => {
    x.paths['/v1/leagues/{league}/teams'].get.parameters[0].required = false;
  },
  'a response without a description': x => {
    delete x.paths['/v1/leagues'].get.responses['200'].description;
  },
  'a field that is not of OpenAPI': x => {
    x.paths['/v1/leagues'].get.answers = {};
  }
};

for (const [what, make] of Object.entries(mistakes))
  test(`the validator refuses ${what}`, async () => {
    const wrong = structuredClone(document);
    make(wrong);
    assert.equal((await validated(wrong)).valid, false);
  });

test('an answer that the document does not describe is noticed', async () => {
  const described = new Described(document);
  const answered = (body, status = 200, type = 'application/json') =>
    described.problemsOf(
      'GET /v1/flows/{id}',
      new Response(JSON.stringify(body), { status, headers: { 'content-type': type } })
    );
  const flow = {
    id: 'x',
    message: 'team.create',
    state: 'completed',
    began_ms: 1,
    ended_ms: 2,
    deadline_ms: 3,
    handled: 1,
    parts: [],
    waits_for: [],
    lost: [],
    steps: []
  };
  assert.deepEqual(await answered(flow), []);
  assert.equal((await answered({ ...flow, state: 'asleep' })).length, 1);
  assert.equal((await answered({ ...flow, colour: 'red' })).length, 1);
  assert.equal((await answered({ ...flow, handled: undefined })).length, 1);
  assert.equal((await answered(flow, 201)).length, 1);
  assert.equal((await answered(flow, 200, 'text/plain')).length, 1);
});
