// Who may do what over HTTP: every operation of the document, as every role, about what is the
// account's own and about what is not. What is right is in the table below, and docs/catalogue.md
// says the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, pause, RealCluster } from '../page/real_cluster.mjs';
import { operationsOf } from './document.mjs';

const words = {
  all: 'all',
  pyramid: 'own pyramid',
  teams: 'own teams',
  sponsors: 'own sponsors',
  account: 'own account',
  '-': ''
};
const roles = ['administrator', 'owner', 'sponsor', 'viewer', 'operator'];

/** About whom a role may: "all", only the account's own …, or "-" for nobody. */
const rights = rowsOf(`
  account.create       pyramid  -        -         -        all
  account.get          pyramid  account  account   account  all
  account.invite       pyramid  -        -         -        all
  account.setpassword  account  account  account   account  account
  account.update       pyramid  -        -         -        all
  fixturelist.generate pyramid  -        -         -        all
  fixturelist.get      all      all      all       all      all
  league.configure     pyramid  -        -         -        all
  leaguetable.get      all      all      all       all      all
  player.add           pyramid  teams    -         -        all
  player.delete        pyramid  teams    -         -        all
  player.update        pyramid  teams    -         -        all
  pyramid.create       pyramid  -        -         -        all
  pyramid.get          all      all      all       all      all
  result.correct       pyramid  -        -         -        all
  result.create        pyramid  -        -         -        all
  sponsor.create       pyramid  -        -         -        all
  sponsor.list         all      all      all       all      all
  sponsor.update       pyramid  -        sponsors  -        all
  stats.get            all      all      all       all      all
  team.create          pyramid  -        -         -        all
  team.get             all      all      all       all      all
  team.list            all      all      all       all      all
  team.update          pyramid  teams    -         -        all
  token.revoke         pyramid  account  account   account  all
  transfer.get         all      all      all       all      all
  transfer.in          pyramid  teams    -         -        all
  transfer.list        all      all      all       all      all
  transfer.out         pyramid  teams    -         -        all
`);

/** What is no message of the catalogue. "none" is for administrators who belong to no pyramid. */
const ownRights = rowsOf(`
  cluster.actors       none     -        -         -        all
  cluster.dead-letters none     -        -         -        all
  cluster.flows        none     -        -         -        all
  cluster.nodes        none     -        -         -        all
  cluster.partitions   none     -        -         -        all
  cluster.supervisors  none     -        -         -        all
  events.follow        all      all      all       all      all
  fixtures.csv         all      all      all       all      all
  fixtures.ics         all      all      all       all      all
  flow.get             all      all      all       all      all
  league.list          all      all      all       all      all
  positions.get        all      all      all       all      all
  results.csv          all      all      all       all      all
  season.import        pyramid  -        -         -        all
  table.csv            all      all      all       all      all
`);

/** They need no token: a password or an invitation is in the body. */
const open = ['account.activate', 'token.issue'];

function rowsOf(text) {
  const rows = text
    .trim()
    .split('\n')
    .map(x => x.trim().split(/\s+/));
  return new Map(
    rows.map(([name, ...cells]) => [name, Object.fromEntries(cells.map((x, i) => [roles[i], x]))])
  );
}

const password = 'correct horse';
const season = '2022-23';
const windows = [{ name: 'always', from: '01-01', to: '12-31' }];
const callers = [
  { account: 'boss', role: 'operator', pyramid: '' },
  { account: 'chief', role: 'administrator', pyramid: '', is: 'LEAGUE_ADMINISTRATOR' },
  { account: 'en/admin', role: 'administrator', pyramid: 'en', is: 'LEAGUE_ADMINISTRATOR' },
  { account: 'en/owner', role: 'owner', pyramid: 'en', is: 'TEAM_OWNER', teams: ['a1'] },
  { account: 'en/backer', role: 'sponsor', pyramid: 'en', is: 'SPONSOR', sponsors: ['acme'] },
  { account: 'en/viewer', role: 'viewer', pyramid: 'en', is: 'VIEWER' }
];

/** What an operation is about. `someone` is an account that is made, changed and invited. */
const english = { pyramid: 'en', league: 'en.1', season, someone: 'en/somebody' };
const scopes = caller => ({
  own: { ...english, team: 'a1', sponsor: 'acme', account: caller.account },
  'a neighbour': { ...english, team: 'a2', sponsor: 'beta', account: 'en/somebody' },
  'another pyramid': {
    pyramid: 'fr',
    league: 'fr.1',
    season,
    team: 'f1',
    sponsor: 'gallia',
    account: 'fr/somebody',
    someone: 'fr/somebody'
  },
  'no pyramid': { account: 'loner', someone: 'loner' }
});

const cluster = new RealCluster({
  name: 'roles',
  front: 'limits {\n    requests-per-second = 100000\n    burst = 100000\n  }'
});
let operations;
let matches;
let sent = 0;

async function ask(method, target, { token, body } = {}) {
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers['content-type'] = 'application/json';
  const options = { method, headers, body: body && JSON.stringify(body) };
  const response = await fetch(cluster.base(1) + target, options);
  // What goes on is not waited for.
  if (response.headers.get('content-type') === 'text/event-stream') {
    await response.body.cancel();
    return { status: response.status, headers: response.headers };
  }
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text
  };
}

async function asBoss(method, target, body) {
  const out = await ask(method, target, { token: callers[0].token, body });
  assert.ok(out.status < 300, `${method} ${target}: ${JSON.stringify(out.body)}`);
  return out.body;
}

const accountPath = (account, rest = '') => `/v1/accounts/${encodeURIComponent(account)}${rest}`;

async function logIn(account, lifetime_ms = 3600000) {
  const out = await ask('POST', accountPath(account, '/tokens'), {
    body: { password, lifetime_ms }
  });
  assert.equal(out.status, 200, JSON.stringify(out.body));
  return out.body;
}

async function makeAccount({ account, is, teams, sponsors }) {
  const body = { account, name: account, role: is, teams, sponsors };
  const { invitation_code: invitation } = await asBoss('POST', '/v1/accounts', body);
  const first = { body: { invitation, password } };
  await ask('POST', accountPath(account, '/activation'), first);
}

async function makeLeague(league, teams, sponsors) {
  const at = `/v1/leagues/${league}`;
  for (const team of teams) {
    const squad = [7, 8, 9].map(x => ({ name: `${team} ${x}`, position: 'MF', shirt_number: x }));
    await asBoss('POST', `${at}/teams`, { team, name: team.toUpperCase(), squad });
  }
  for (const sponsor of sponsors) {
    const amount_per_season = { minor_units: 100, currency: 'EUR' };
    await asBoss('POST', `${at}/sponsors`, { sponsor, name: sponsor, amount_per_season });
  }
  await asBoss('PUT', `${at}/rules`, { rules: { windows } });
  await asBoss('POST', `${at}/seasons/${season}/fixtures`, fixtureList(teams));
}

const fixtureList = teams => ({
  league_name: 'A League',
  teams: teams.map(team => ({ team, name: team.toUpperCase() })),
  start: '2022-08-06',
  end: '2023-05-28',
  rules: { rule_set: 'england', tier: 1, start_year: 2022 }
});

/** The body of an operation; `n` makes it another one each time. */
function bodyOf(name, scope, n) {
  const match = matches[scope.pyramid];
  const player = { name: `Player ${n}`, position: 'FW', shirt_number: 10 + (n % 90) };
  const result = { home: match?.home, away: match?.away, score: { home: 1, away: 1 } };
  const bodies = {
    'account.activate': {},
    'account.create': { account: `${scope.someone}${n}`, name: 'New', role: 'VIEWER' },
    'account.invite': {},
    'account.setpassword': { password, new_password: password },
    'account.update': { name: `Name ${n}` },
    'fixturelist.generate': fixtureList(['x1', 'x2', 'x3', 'x4']),
    'league.configure': { rules: { squad_max: 40 + (n % 20), windows } },
    'player.add': { player },
    'player.update': { player: { name: `Other ${n}` } },
    'pyramid.create': {
      pyramid: scope.pyramid,
      name: 'A Pyramid',
      tiers: [
        { league: `${scope.pyramid}.1`, name: 'One', teams: fixtureList(['y1', 'y2']).teams }
      ],
      rule_set: 'england',
      first_year: 2030,
      start: '08-06',
      end: '05-28'
    },
    'result.correct': { ...result, score: { home: 2, away: n % 9 } },
    'result.create': result,
    'season.import': {
      name: `${scope.pyramid} 2010/11`,
      matches: [
        { date: '2010-08-06', team1: 'Oak', team2: 'Yew' },
        { date: '2010-08-13', team1: 'Yew', team2: 'Oak' }
      ]
    },
    'sponsor.create': {
      sponsor: `sponsor-${n}`,
      name: 'New',
      amount_per_season: { minor_units: 1, currency: 'EUR' }
    },
    'sponsor.update': { name: `Name ${n}` },
    'team.create': { team: `team-${n}`, name: 'New' },
    'team.update': { stadium: `Stadium ${n}` },
    'token.issue': {},
    'transfer.in': { player },
    'transfer.out': { shirt_number: 8 }
  };
  return bodies[name];
}

/** Sends an operation about something. */
async function send(operation, scope, token) {
  const n = ++sent;
  // Accounts are changed and invited that nobody acts for: the others go on with their passwords.
  const isOfSomeone = ['account.invite', 'account.update'].includes(operation.name);
  const isNewSeason = operation.name === 'fixturelist.generate';
  const values = {
    ...scope,
    account: isOfSomeone ? scope.someone : scope.account,
    season: isNewSeason ? '2029-30' : scope.season,
    token: callers.find(x => x.account === scope.account)?.spare ?? '0'.repeat(32),
    shirt_number: operation.name === 'player.delete' ? 9 : 7,
    transfer: 'nothing',
    id: 'nothing'
  };
  const target = operation.path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(values[name]));
  const query = operation.name === 'season.import' ? '?file=2010-11/en.1.json' : '';
  const body = bodyOf(operation.name, scope, n);
  return ask(operation.method, target + query, { token, body });
}

/** Whether an account may do an operation about something. */
function isAllowed(name, caller, scope) {
  const about = (rights.get(name) ?? ownRights.get(name))[caller.role];
  const isOwnPyramid = scope.pyramid === caller.pyramid;
  switch (about) {
    case 'all':
      return true;
    case 'none':
      return caller.pyramid === '';
    case 'pyramid': {
      if (scope.account === caller.account) return true;
      // Accounts of no pyramid are made and changed by operators, but for one's own.
      if (scope.pyramid === undefined) return caller.pyramid === '' && name === 'account.get';
      return caller.pyramid === '' || isOwnPyramid;
    }
    case 'teams':
      return isOwnPyramid && caller.teams.includes(scope.team);
    case 'sponsors':
      return isOwnPyramid && caller.sponsors.includes(scope.sponsor);
    case 'account':
      return scope.account === caller.account;
    default:
      return false;
  }
}

/** Every operation, caller and thing that it may be about, but for the open ones. */
function* everyCase() {
  for (const operation of operations)
    for (const caller of callers)
      for (const [what, scope] of Object.entries(scopes(caller))) {
        const isOfAccount =
          operation.name.startsWith('account.') || operation.name === 'token.revoke';
        if (open.includes(operation.name) || (what === 'no pyramid' && !isOfAccount)) continue;
        yield {
          operation,
          caller,
          what,
          scope,
          title: `${operation.name} of ${what} by ${caller.account}`
        };
      }
}

/** How many records every entity has. */
async function everyPosition() {
  // An answer is given again for half a second.
  await pause(600);
  const { actors, next } = await asBoss('GET', '/v1/cluster/actors?limit=1000');
  assert.equal(next, null);
  return Object.fromEntries(actors.map(x => [x.address, x.position]));
}

before(
  async () => {
    await cluster.start(1);
    await cluster.account('boss', 'operator', password);
    callers[0].token = (await logIn('boss')).token;
    const document = await (await fetch(cluster.base(1) + '/openapi.json')).json();
    operations = operationsOf(document);
    await makeLeague('en.1', ['a1', 'a2', 'a3', 'a4'], ['acme', 'beta']);
    await makeLeague('fr.1', ['f1', 'f2', 'f3', 'f4'], ['gallia']);
    for (const account of ['en/somebody', 'fr/somebody', 'loner'])
      await asBoss('POST', '/v1/accounts', { account, name: 'Somebody', role: 'VIEWER' });
    for (const caller of callers) {
      if (caller.is) await makeAccount(caller);
      caller.token = (await logIn(caller.account)).token;
      caller.spare = (await logIn(caller.account)).id;
    }
    matches = {};
    for (const pyramid of ['en', 'fr']) {
      const at = `/v1/leagues/${pyramid}.1/seasons/${season}/fixtures`;
      const read = async () =>
        (await ask('GET', at, { token: callers[0].token })).body.fixtures?.[0];
      matches[pyramid] = await eventually(read, `the fixtures of ${pyramid}`);
    }
    const running = async () => (await asBoss('GET', '/v1/cluster/flows?state=running')).flows;
    await eventually(
      async () => (await running()).length === 0,
      'everything to come to rest',
      60000
    );
  },
  { timeout: 180000 }
);

after(() => cluster.stop());

test('the table has the operations of the document, and says which are open', () => {
  const named = [...rights.keys(), ...ownRights.keys(), ...open];
  assert.deepEqual(named.sort(), operations.map(x => x.name).sort());
  for (const { name, said } of operations)
    assert.deepEqual(said.security, open.includes(name) ? [] : [{ token: [] }], name);
});

test('the table is the one in docs/catalogue.md', () => {
  const source = process.env.TOUCHLINE_SOURCE_DIR;
  const text = readFileSync(path.join(source, 'docs/catalogue.md'), 'utf8');
  const [, section] = text.split('## Who may send what');
  const row = /^\| `([\w.]+)` \| `[A-Z]+ [^`]+` \|(.*)\|$/gm;
  const found = [...section.split('\n## ')[0].matchAll(row)].map(([, name, cells]) => [
    name,
    cells.split('|').map(x => x.trim())
  ]);
  const expected = [...rights].map(([name, of]) => [name, roles.map(x => words[of[x]])]);
  for (const name of open) expected.push([name, ['', '', '', '', '']]);
  const sorted = rows => rows.sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(sorted(found), sorted(expected));
  assert.match(section, /League administrator \| Team owner \| Sponsor \| Viewer \| Operator \|/);
});

// -- what is refused ------------------------------------------------------------------------------

/** Sends what is to be refused: no entity of the cluster has a record more than before. */
async function refuse(sendAll) {
  const positions = await everyPosition();
  await sendAll();
  assert.deepEqual(await everyPosition(), positions);
}

/** Tokens that are good for nothing. */
async function badTokens() {
  const suspended = 'en/suspended';
  await makeAccount({ account: suspended, is: 'LEAGUE_ADMINISTRATOR' });
  const { token: ofSuspended } = await logIn(suspended);
  await asBoss('PATCH', accountPath(suspended), { suspended: true });
  const revoked = await logIn('boss');
  await asBoss('DELETE', accountPath('boss', `/tokens/${revoked.id}`));
  const [content, signature] = callers[0].token.split('.');
  const changed = (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1);
  return {
    none: undefined,
    nonsense: 'nonsense',
    'one that is forged': `${content}.${changed}`,
    'one that expired': (await logIn('boss', 1)).token,
    'one that was revoked': revoked.token,
    'one of who is suspended': ofSuspended
  };
}

test('without a good token all is refused and nothing changes', { timeout: 120000 }, async () => {
  const bad = await badTokens();
  const { own } = scopes(callers[0]);
  await refuse(async () => {
    for (const [what, token] of Object.entries(bad))
      for (const operation of operations) {
        const { status, headers, body } = await send(operation, own, token);
        const title = `${operation.name} with ${what}: ${JSON.stringify(body)}`;
        if (open.includes(operation.name)) {
          assert.equal(status, 422, title);
          continue;
        }
        assert.deepEqual([status, body.code], [401, 'unauthenticated'], title);
        assert.match(headers.get('www-authenticate'), /^Bearer/, title);
      }
  });
});

test('every role is refused the rest, and nothing changes', { timeout: 120000 }, async () => {
  const cases = [...everyCase()].filter(x => !isAllowed(x.operation.name, x.caller, x.scope));
  assert.ok(cases.length > 200, `${cases.length}`);
  await refuse(async () => {
    for (const { operation, caller, scope, title } of cases) {
      const { status, body } = await send(operation, scope, caller.token);
      const what = `${title}: ${JSON.stringify(body)}`;
      assert.deepEqual([status, body?.code], [403, 'forbidden'], what);
    }
  });
});

// -- what is not ----------------------------------------------------------------------------------

test('every role may do what is for it', { timeout: 120000 }, async () => {
  const cases = [...everyCase()].filter(x => isAllowed(x.operation.name, x.caller, x.scope));
  assert.ok(cases.length > 400, `${cases.length}`);
  // A new password makes the tokens void.
  const isLast = x => x.operation.name === 'account.setpassword';
  for (const x of [...cases.filter(x => !isLast(x)), ...cases.filter(isLast)]) {
    const { status, body } = await send(x.operation, x.scope, x.caller.token);
    const title = `${x.title}: ${status} ${JSON.stringify(body)}`;
    assert.ok(![401, 403, 405, 429].includes(status) && status < 500, title);
    // What others were refused is done for whom it is for, unless there is nothing to read.
    const isNothing = /{(transfer|id)}$/.test(x.operation.path);
    if (x.caller.role === 'operator' && x.what === 'own' && !isNothing)
      assert.ok(status < 300, title);
  }
});
