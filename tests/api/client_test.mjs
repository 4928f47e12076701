// A client that a generator of others made from /openapi.json, before a real cluster. Every answer
// is held against the document.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RealCluster } from '../page/real_cluster.mjs';
import { Described, operationsOf } from './document.mjs';
import { fetched, folder } from './packages.mjs';

const { default: generate, astToString } = await fetched('openapi-typescript/dist/index.mjs');
const ts = await fetched('typescript');

const here = path.dirname(fileURLToPath(import.meta.url));
// Below the packages, where the program finds them.
const work = mkdtempSync(path.join(folder, 'client-'));
const password = 'correct horse';
const cluster = new RealCluster({ name: 'client', front: '' });
const answers = [];
let document;
let complaints;
let told;

// It asks for what is not there, twice.
const wrong = `import createClient from 'openapi-fetch';
import type { paths } from './schema.js';
const client = createClient<paths>({ baseUrl: '' });
const params = { path: { league: 'en.1' } };
await client.GET('/v1/legaues');
await client.POST('/v1/leagues/{league}/teams', { params, body: { name: 7 } });
export {};
`;

/** Compiles the programs against the generated types; what the compiler complains about in each. */
function compiled(...names) {
  const files = names.map(x => path.join(work, x));
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    strict: true,
    skipLibCheck: true
  });
  program.emit();
  const textOf = x => ts.flattenDiagnosticMessageText(x.messageText, '\n');
  return files.map(x => ts.getPreEmitDiagnostics(program, program.getSourceFile(x)).map(textOf));
}

before(
  async () => {
    await cluster.start(1);
    await cluster.account('boss', 'operator', password);
    document = await (await fetch(cluster.base(1) + '/openapi.json')).json();
    const types = astToString(await generate(structuredClone(document), { silent: true }));
    writeFileSync(path.join(work, 'schema.d.ts'), types);
    copyFileSync(path.join(here, 'client.ts'), path.join(work, 'client.ts'));
    writeFileSync(path.join(work, 'wrong.ts'), wrong);
    complaints = compiled('client.ts', 'wrong.ts');
    const { useLeague } = await import(pathToFileURL(path.join(work, 'client.js')).href);
    told = await useLeague(cluster.base(1), { account: 'boss', password }, answers);
  },
  { timeout: 400000 }
);

after(async () => {
  await cluster.stop();
  rmSync(work, { recursive: true, force: true });
});

test('a program compiles against the generated types, unless it asks for what is not there', () => {
  const [good, bad] = complaints;
  assert.deepEqual(good, []);
  assert.equal(bad.length, 2, bad.join('\n'));
});

test('who is refused gets a problem with a code', () => {
  const { nobody, missing, account } = told;
  const codes = [nobody, missing, account.forbidden, account.unknown].map(x => [x.status, x.code]);
  assert.deepEqual(codes, [
    [401, 'unauthenticated'],
    [404, 'not-found'],
    [403, 'forbidden'],
    [401, 'unauthenticated']
  ]);
  assert.equal(account.suspended, true);
});

test('the program makes teams with players, transfers and sponsors', () => {
  assert.deepEqual(told.teams, { stadium: 'The Grove', teams: ['ash', 'birch', 'cedar', 'elm'] });
  const states = ['COMPLETED', 'COMPLETED'];
  assert.deepEqual(told.squad, { gone: 'Bo Smith', states, completed: '2' });
  assert.deepEqual(told.sponsors, ['Acme & Sons']);
});

test('the program plays seasons, and reads them in every form', () => {
  const { flow, leader, home, form, first } = told.season;
  assert.equal(flow[0], 'fixturelist.generate');
  assert.ok(flow.includes('info.fixturelistgenerated'));
  assert.deepEqual([leader.team, leader.points, leader.goals_for], [home, 3, 3]);
  assert.deepEqual([form, first], ['W', 1]);
  assert.deepEqual(told.forms, { lines: [4, 12, 1], matches: 6, kept: 304 });
  const leagues = ['en.1', 'small-league', 'wales.1', 'wales.2'];
  assert.deepEqual(told.brought, { tiers: 2, results: 2, leagues });
  assert.equal(told.event.message, 'team.update');
});

test('the program looks into the cluster', () => {
  const { counted, ...seen } = told.cluster;
  const ofCluster = { nodes: 1, partitions: 6, supervised: 1, letters: 0 };
  assert.deepEqual(seen, { ...ofCluster, actors: 2, more: true, flows: 3 });
  assert.ok(counted >= 4);
});

test('every operation of the document was called, and did what it is for', () => {
  const good = new Set(answers.filter(x => x.response.ok).map(x => x.operation));
  const missing = operationsOf(document)
    .map(x => `${x.method} ${x.path}`)
    .filter(x => !good.has(x));
  assert.deepEqual(missing, []);
});

test('every answer is as the document says', async () => {
  const described = new Described(document);
  const problems = [];
  for (const { operation, response } of answers)
    problems.push(...(await described.problemsOf(operation, response)));
  assert.deepEqual([...new Set(problems)], []);
});
