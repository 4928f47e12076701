// A program of somebody who has nothing but /openapi.json: every operation, through a client whose
// types are generated from it. client_test.mjs compiles and runs it.
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.js';

type Problem = components['schemas']['Problem'];
type League = Client<paths>;

/** What was answered to an operation, as "GET /v1/leagues". */
export interface Answer {
  operation: string;
  response: Response;
}

const account = 'en/jane';
const cup = { league: 'en.1', season: '2022-23' };
const team = { league: 'en.1', team: 'ash' };
const pounds = (minor_units: number) => ({ minor_units, currency: 'GBP' });

interface Result<T> {
  data?: T;
  error?: Problem;
  response: Response;
}

async function done<T>(asked: Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (error || data === undefined) throw new Error(`${response.url}: ${error?.detail}`);
  return data;
}

/** Of an operation that answers with CSV too. */
function asJson<T>(x: T): Exclude<T, string> {
  if (typeof x === 'string') throw new Error('this is no JSON');
  return x as Exclude<T, string>;
}

async function refused(asked: Promise<Result<unknown>>): Promise<Problem> {
  const { error, response } = await asked;
  if (!error) throw new Error(`${response.url} was not refused`);
  return error;
}

async function eventually<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const end = Date.now() + 60000; Date.now() < end;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`waited too long for ${what}`);
}

/** Waits until the flow of a command has ended; its messages. */
async function endOf(client: League, id: string) {
  const params = { path: { id } };
  const flow = await eventually(async () => {
    const { data } = await client.GET('/v1/flows/{id}', { params });
    return data?.state === 'completed' ? data : undefined;
  }, `the end of ${id}`);
  return flow.steps.map(x => x.message);
}

// -- accounts -------------------------------------------------------------------------------------

async function logIn(client: League, account: string, password: string) {
  const how = { params: { path: { account } }, body: { password } };
  return done(client.POST('/v1/accounts/{account}/tokens', how));
}

/** From an invitation to a token that is revoked; and a viewer wants to make a team. */
async function haveAccount(client: League, viewer: League, show: (token: string) => void) {
  const params = { path: { account } };
  const made = await done(
    client.POST('/v1/accounts', { body: { account, name: 'Jane', role: 'VIEWER' } })
  );
  const again = await done(client.POST('/v1/accounts/{account}/invitations', { params }));
  const invitation = again.invitation_code ?? '';
  if (!made.invitation_code || made.invitation_code === invitation)
    throw new Error('no invitation');
  const first = { invitation, password: 'battery staple' };
  await done(viewer.POST('/v1/accounts/{account}/activation', { params, body: first }));
  show((await logIn(viewer, account, 'battery staple')).token);
  const change = { password: 'battery staple', new_password: 'correct horse' };
  await done(viewer.PUT('/v1/accounts/{account}/password', { params, body: change }));
  const granted = await logIn(viewer, account, 'correct horse');
  show(granted.token);
  const forbidden = await refused(
    viewer.POST('/v1/leagues/{league}/teams', { params: { path: cup }, body: { name: 'Mine' } })
  );
  const revoke = { params: { path: { account, token: granted.id } } };
  await done(viewer.DELETE('/v1/accounts/{account}/tokens/{token}', revoke));
  const unknown = await refused(viewer.GET('/v1/accounts/{account}', { params }));
  await done(client.PATCH('/v1/accounts/{account}', { params, body: { suspended: true } }));
  const { suspended } = await done(client.GET('/v1/accounts/{account}', { params }));
  return { forbidden, unknown, suspended };
}

// -- teams ----------------------------------------------------------------------------------------

async function makeTeams(client: League) {
  const path = { league: cup.league };
  for (const name of ['Ash', 'Birch', 'Cedar', 'Elm'])
    await done(
      client.POST('/v1/leagues/{league}/teams', {
        params: { path, header: { 'Idempotency-Key': `make-${name}` } },
        body: { name, balance: pounds(100000) }
      })
    );
  await endOf(client, 'make-Ash');
  const rules = { windows: [{ name: 'always', from: '01-01', to: '12-31' }] };
  await done(client.PUT('/v1/leagues/{league}/rules', { params: { path }, body: { rules } }));
  const body = { stadium: 'The Grove' };
  await done(client.PATCH('/v1/leagues/{league}/teams/{team}', { params: { path: team }, body }));
  const details = await eventually(async () => {
    const read = await done(
      client.GET('/v1/leagues/{league}/teams/{team}', { params: { path: team } })
    );
    return read.stadium ? read : undefined;
  }, 'the stadium');
  const { teams } = await done(client.GET('/v1/leagues/{league}/teams', { params: { path } }));
  return { stadium: details.stadium, teams: teams?.map(x => x.team) };
}

async function keepSquad(client: League) {
  const add = (name: string, shirt_number: number) =>
    done(
      client.POST('/v1/leagues/{league}/teams/{team}/players', {
        params: { path: team },
        body: { player: { name, position: 'FW', shirt_number } }
      })
    );
  await add('Bo', 9);
  await add('Kim', 10);
  const path = { ...team, shirt_number: 9 };
  await done(
    client.PATCH('/v1/leagues/{league}/teams/{team}/players/{shirt_number}', {
      params: { path },
      body: { player: { name: 'Bo Smith' } }
    })
  );
  const gone = await done(
    client.DELETE('/v1/leagues/{league}/teams/{team}/players/{shirt_number}', { params: { path } })
  );
  const begun = [
    await done(
      client.POST('/v1/leagues/{league}/teams/{team}/transfers/in', {
        params: { path: team },
        body: { player: { name: 'Lee', position: 'GK', shirt_number: 1 }, fee: pounds(700) }
      })
    ),
    await done(
      client.POST('/v1/leagues/{league}/teams/{team}/transfers/out', {
        params: { path: team },
        body: { shirt_number: 10, to_team: 'birch', fee: pounds(900) }
      })
    )
  ];
  const states = [];
  for (const { transfer = '' } of begun) {
    const params = { path: { league: cup.league, transfer } };
    const ended = await eventually(async () => {
      const x = await done(client.GET('/v1/leagues/{league}/transfers/{transfer}', { params }));
      return x.state === 'COMPLETED' || x.state === 'CANCELLED' ? x : undefined;
    }, `the transfer ${transfer}`);
    states.push(ended.state);
  }
  const all = await done(
    client.GET('/v1/leagues/{league}/transfers', { params: { path: { league: cup.league } } })
  );
  return { gone: gone.name, states, completed: all.completed };
}

async function haveSponsor(client: League) {
  const path = { league: cup.league };
  const body = { sponsor: 'acme', name: 'Acme', amount_per_season: pounds(500) };
  await done(client.POST('/v1/leagues/{league}/sponsors', { params: { path }, body }));
  await done(
    client.PATCH('/v1/leagues/{league}/sponsors/{sponsor}', {
      params: { path: { ...path, sponsor: 'acme' } },
      body: { name: 'Acme & Sons' }
    })
  );
  const all = await done(client.GET('/v1/leagues/{league}/sponsors', { params: { path } }));
  return all.sponsors?.map(x => x.name);
}

// -- seasons --------------------------------------------------------------------------------------

async function playSeason(client: League) {
  const params = { path: cup };
  const accepted = await done(
    client.POST('/v1/leagues/{league}/seasons/{season}/fixtures', {
      params,
      body: {
        league_name: 'The Cup',
        teams: ['Ash', 'Birch', 'Cedar', 'Elm'].map(name => ({ team: name.toLowerCase(), name })),
        start: '2022-08-06',
        end: '2023-05-28',
        rules: { rule_set: 'england', tier: 1, start_year: 2022 }
      }
    })
  );
  const flow = await endOf(client, accepted.id);
  const season = '/v1/leagues/{league}/seasons/{season}';
  const list = asJson(await done(client.GET(`${season}/fixtures`, { params })));
  const { home, away } = list.fixtures?.[0] ?? {};
  const first = { home, away, score: { home: 2, away: 1 }, goals: [] };
  const result = await done(
    client.POST('/v1/leagues/{league}/seasons/{season}/results', { params, body: first })
  );
  await endOf(client, result.id);
  const better = { ...first, score: { home: 3, away: 1 } };
  const corrected = await done(
    client.PUT('/v1/leagues/{league}/seasons/{season}/results', { params, body: better })
  );
  await endOf(client, corrected.id);
  const table = asJson(await done(client.GET(`${season}/table`, { params })));
  const stats = await done(client.GET(`${season}/stats`, { params }));
  const places = await done(client.GET(`${season}/positions`, { params }));
  return {
    flow,
    leader: table.rows?.[0],
    home,
    form: stats.teams?.find(x => x.team === home)?.form,
    first: places.teams[0]?.positions[0]
  };
}

async function readForms(client: League) {
  const params = { path: cup };
  const parseAs = 'text';
  const season = '/v1/leagues/{league}/seasons/{season}';
  const table = await done(client.GET(`${season}/table.csv`, { params, parseAs }));
  const fixtures = await done(client.GET(`${season}/fixtures.csv`, { params, parseAs }));
  const results = await done(client.GET(`${season}/results.csv`, { params, parseAs }));
  const ofTeam = { path: { ...cup, team: 'ash' } };
  const calendar = await done(
    client.GET(`${season}/teams/{team}/fixtures.ics`, { params: ofTeam, parseAs })
  );
  const lines = [table, fixtures, results].map(x => x.trim().split('\n').length - 1);
  // What is kept is not sent again.
  const { response } = await client.GET(`${season}/table.csv`, { params, parseAs: 'text' });
  const header = { 'If-None-Match': response.headers.get('etag') ?? '' };
  const kept = await client.GET(`${season}/table.csv`, { params: { path: cup, header } });
  return { lines, matches: calendar.split('BEGIN:VEVENT').length - 1, kept: kept.response.status };
}

async function bringSeasons(client: League) {
  const tier = (number: number, names: string[]) => ({
    league: `wales.${number}`,
    name: `Wales ${number}`,
    teams: names.map(x => ({ team: x, name: x.toUpperCase() })),
    promoted: number - 1
  });
  const made = {
    pyramid: 'wales',
    name: 'Wales',
    tiers: [tier(1, ['a', 'b', 'c', 'd']), tier(2, ['e', 'f', 'g', 'h'])],
    rule_set: 'england',
    first_year: 2022,
    start: '08-06',
    end: '05-28'
  };
  await done(client.POST('/v1/pyramids', { body: made }));
  const pyramid = await done(
    client.GET('/v1/pyramids/{pyramid}', { params: { path: { pyramid: 'wales' } } })
  );
  const imported = await done(
    client.POST('/v1/imports', {
      params: { query: { file: '2022-23/en.9.json' } },
      body: {
        name: 'Small League 2022/23',
        matches: [
          { date: '2022-08-06', team1: 'Oak', team2: 'Yew', score: { ft: [1, 0] } },
          { date: '2022-08-13', team1: 'Yew', team2: 'Oak', score: { ft: [2, 2] } }
        ]
      }
    })
  );
  const { leagues } = await eventually(async () => {
    const found = await done(client.GET('/v1/leagues'));
    return found.leagues.length === 4 ? found : undefined;
  }, 'the leagues');
  return {
    tiers: pyramid.tiers?.length,
    results: imported.results_now,
    leagues: leagues.map(x => x.league)
  };
}

/** Changes a team, and reads of it from the stream of events. */
async function followEvents(client: League) {
  const end = new AbortController();
  const { data } = await client.GET('/v1/events', {
    params: { query: { message: 'team.update', team: 'elm' } },
    parseAs: 'stream',
    signal: end.signal
  });
  if (!data) throw new Error('there is no stream');
  const reader = data.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const read = async (until: RegExp) => {
    while (!until.test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended with ${text}`);
      text += value;
    }
  };
  await read(/^id: /m);
  const params = { path: { ...team, team: 'elm' } };
  const body = { stadium: 'The Lane' };
  await done(client.PATCH('/v1/leagues/{league}/teams/{team}', { params, body }));
  await read(/^event: team.update\ndata: .*\n/m);
  end.abort();
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as { message: string };
}

async function seeCluster(client: League) {
  const { nodes } = await done(client.GET('/v1/cluster/nodes'));
  const { partitions } = await done(client.GET('/v1/cluster/partitions'));
  const page = { params: { query: { pattern: 'team/*', limit: 2 } } };
  const { actors, next } = await done(client.GET('/v1/cluster/actors', page));
  const supervisors = await done(client.GET('/v1/cluster/supervisors'));
  const letters = await done(client.GET('/v1/cluster/dead-letters'));
  const flows = await done(
    client.GET('/v1/cluster/flows', { params: { query: { state: 'completed', limit: 3 } } })
  );
  return {
    nodes: nodes.length,
    partitions: partitions.length,
    actors: actors.length,
    more: next !== null,
    supervised: supervisors.nodes.length,
    letters: letters.dead_letters.length,
    flows: flows.flows.length,
    counted: flows.counts['New Team Added']?.completed
  };
}

/** All of it; `answers` gets every response. */
export async function useLeague(
  baseUrl: string,
  operator: { account: string; password: string },
  answers: Answer[]
) {
  const clientOf = (token: { now: string }) => {
    const client = createClient<paths>({ baseUrl });
    client.use({
      onRequest({ request }) {
        if (token.now) request.headers.set('Authorization', `Bearer ${token.now}`);
        return request;
      },
      onResponse({ request, response, schemaPath }) {
        const isEndless = response.headers.get('content-type') === 'text/event-stream';
        const { status, headers } = response;
        const kept = isEndless ? new Response('', { status, headers }) : response.clone();
        answers.push({ operation: `${request.method} ${schemaPath}`, response: kept });
      }
    });
    return client;
  };
  const tokens = { operator: { now: '' }, viewer: { now: '' } };
  const client = clientOf(tokens.operator);
  const viewer = clientOf(tokens.viewer);
  const nobody = await refused(client.GET('/v1/leagues'));
  tokens.operator.now = (await logIn(client, operator.account, operator.password)).token;
  const wrong = client.GET('/v1/leagues/{league}/teams/{team}', { params: { path: team } });
  return {
    nobody,
    missing: await refused(wrong),
    account: await haveAccount(client, viewer, token => (tokens.viewer.now = token)),
    teams: await makeTeams(client),
    squad: await keepSquad(client),
    sponsors: await haveSponsor(client),
    season: await playSeason(client),
    forms: await readForms(client),
    brought: await bringSeasons(client),
    event: await followEvents(client),
    cluster: await seeCluster(client)
  };
}
