// The page as a person meets it: in Chromium, before a cluster of three, while a season is played.
// Screenshots of every page are left in the build folder, for people to look at.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually, pause, RealCluster } from './real_cluster.mjs';

const binary = process.env.TOUCHLINE_BINARY_DIR;
const source = process.env.TOUCHLINE_SOURCE_DIR ?? path.join(binary, '..');
const fetched = createRequire(path.join(binary, 'page-test', 'package.json'));
const { chromium } = fetched('playwright-core');
const axe = readFileSync(fetched.resolve('axe-core/axe.min.js'), 'utf8');
const pictures = path.join(binary, 'page-screenshots');

const password = 'correct horse';
const league = 'english-premier-league';
const season = '2022-23';
const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };

// Several pages of one person are open at the same time.
const cluster = new RealCluster({
  front: 'public-reads = true\n  limits {\n    streams-per-caller = 64\n  }'
});
let profile;
let browser;
let replay;

/** Everything that the page asked for, and what the browser complained about. */
const watched = { hosts: new Set(), complaints: [], cookies: 0 };

async function open(options = {}) {
  const context = await browser.newContext({ viewport: sizes.desktop, ...options });
  const page = await context.newPage();
  page.on('request', x => watched.hosts.add(new URL(x.url()).host));
  page.on('pageerror', x => watched.complaints.push(`${x.message}\n${x.stack}`));
  page.on('console', x => {
    if (['error', 'warning'].includes(x.type()) && !page.expectsRefusals)
      watched.complaints.push(`${page.url()}: ${x.text()} (${x.location().url})`);
  });
  return page;
}

const at = (...names) => '#/' + names.map(encodeURIComponent).join('/');
const ofLeague = (...names) => at('league', league, season, ...names);

async function go(page, hash) {
  await page.evaluate(x => {
    location.hash = x;
  }, hash);
  await page.waitForSelector('main h1');
  await page.waitForSelector('main .loading', { state: 'detached' });
}

const resultsOf = async page =>
  Number(/^(\d+) of 380|^Season/.exec(await page.textContent('main .progress'))?.[1] ?? 380);

async function signIn(page) {
  await go(page, at('account'));
  await page.fill('input[name=account]', 'operator');
  await page.fill('input[name=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('a[aria-label^="Account operator"]');
}

/** A league with squads, a transfer and scorers, which the results of real seasons have not. */
const peopled = { league: 'yy.1', season: '2031-32' };
const ofPeopled = (...names) => at('league', peopled.league, peopled.season, ...names);

async function makePeopledLeague() {
  const send = (to, body, method = 'POST') =>
    fetch(`${cluster.base(2)}/v1/leagues/${peopled.league}/${to}`, {
      method,
      headers: { Authorization: `Bearer ${cluster.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body)
    });
  const done = async (...what) => {
    const reply = await send(...what);
    assert.ok(reply.ok, `${what[0]}: ${reply.status} ${await reply.text()}`);
  };
  const read = async what => {
    const url = `${cluster.base(2)}/v1/leagues/${peopled.league}/seasons/${peopled.season}/${what}`;
    const reply = await fetch(url);
    return reply.ok ? reply.json() : null;
  };
  const player = (shirt_number, position, name) => ({
    name,
    position,
    shirt_number,
    date_of_birth: `${2000 + (shirt_number % 10)}-05-1${shirt_number % 10}`,
    wage_minor_units: String(450000 + 12500 * shirt_number)
  });
  const squads = {
    'kestrel-rovers': [
      player(1, 'GK', 'Ivo Brandt'),
      player(4, 'DF', 'Matteo Ferrante'),
      player(6, 'MF', 'Tomasz Wilk'),
      player(9, 'FW', 'Adaeze Okafor'),
      player(11, 'FW', 'Álvaro Núñez')
    ],
    'heron-town': [
      player(1, 'GK', 'Samir Haddad'),
      player(5, 'DF', 'Jonas Lindqvist'),
      player(8, 'MF', 'Ruairí O’Shea'),
      player(10, 'FW', 'Kenji Mori')
    ]
  };
  const names = { 'kestrel-rovers': 'Kestrel Rovers', 'heron-town': 'Heron Town' };
  for (const [team, squad] of Object.entries(squads))
    await done('teams', {
      team,
      name: names[team],
      squad,
      balance: { minor_units: '750000000', currency: 'GBP' }
    });
  await done(`seasons/${peopled.season}/fixtures`, {
    league_name: 'Waterside League',
    teams: Object.entries(names).map(([team, name]) => ({ team, name })),
    start: '2031-08-01',
    end: '2032-05-31',
    rules: { rule_set: 'england', tier: 1, start_year: 2031 }
  });
  const fixtures = await eventually(() => read('fixtures'), 'the fixtures of the peopled league');
  const windows = [{ name: 'Summer', from: '06-10', to: '09-01' }];
  await done('rules', { rules: { windows } }, 'PUT');
  const transfer = {
    player: { name: 'Álvaro Núñez', shirt_number: 17 },
    from_team: 'kestrel-rovers',
    fee: { minor_units: '185000000', currency: 'GBP' },
    date: '2031-08-12'
  };
  // The transfer manager hears of the windows a moment later.
  await eventually(
    async () => (await send('teams/heron-town/transfers/in', transfer)).ok,
    'the transfer'
  );
  const { home, away } = fixtures.fixtures[0];
  const goal = (team, name, minute, more = {}) => ({ team, player: name, minute, ...more });
  const [rovers, town] = ['kestrel-rovers', 'heron-town'];
  const goals = [
    goal(rovers, 'Adaeze Okafor', 12),
    goal(town, 'Kenji Mori', 31, { penalty: true }),
    goal(rovers, 'Adaeze Okafor', 58),
    goal(rovers, 'Tomasz Wilk', 83)
  ];
  const count = team => goals.filter(x => x.team === team).length;
  await done(`seasons/${peopled.season}/results`, {
    home,
    away,
    score: { home: count(home), away: count(away) },
    goals
  });
  await eventually(async () => (await read('stats'))?.top_scorers?.length === 3, 'the scorers');
}

before(
  async () => {
    mkdirSync(pictures, { recursive: true });
    await cluster.start(3);
    await cluster.account('operator', 'operator', password);
    await cluster.actAs('operator', password);
    const file = path.join(source, 'data', season, 'en.1.json');
    replay = cluster.begin('season', 'replay', file, '--pace', '6');
    const table = `${cluster.base(1)}/v1/leagues/${league}/seasons/${season}/table`;
    await eventually(async () => (await fetch(table)).ok, 'the season begins');
    await makePeopledLeague();
    profile = mkdtempSync(path.join(os.tmpdir(), 'touchline-chromium-'));
    browser = await chromium.launch({
      executablePath: process.env.TOUCHLINE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ],
      env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile }
    });
  },
  { timeout: 180000 }
);

after(async () => {
  await browser?.close();
  await cluster.stop();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

test('the table changes while a season is played, without being loaded again', async () => {
  const page = await open();
  await page.goto(cluster.base(1) + '/');
  await page.waitForSelector('.league-table tbody tr');
  await eventually(async () => (await resultsOf(page)) > 0, 'the first result');
  await page.evaluate(() => {
    window.sameDocument = true;
  });
  assert.equal(await page.locator('.league-table tbody tr').count(), 20);
  const before = await resultsOf(page);
  const points = async () => (await page.locator('td.points').allTextContents()).map(Number);
  const sum = list => list.reduce((x, y) => x + y, 0);
  const earned = sum(await points());
  await eventually(async () => (await resultsOf(page)) >= before + 5, 'five more results');
  assert.ok(sum(await points()) > earned, 'points come with the results');
  assert.ok(await page.evaluate(() => window.sameDocument), 'it is still the same document');
  // Followed by whoever shows no token.
  assert.match(await page.textContent('.live'), /every change is shown at once/);
  // What moves is told to those who do not see it.
  await eventually(
    async () => /new result/.test(await page.textContent('[aria-live=polite]')),
    'the announcement'
  );
  await page.context().close();
});

test('every page can be reached and used by keyboard alone', async () => {
  const page = await open();
  await page.goto(cluster.base(2) + '/' + ofLeague('table'));
  await page.waitForSelector('.league-table tbody tr');
  const focused = () =>
    page.evaluate(() => {
      const x = document.activeElement;
      return { tag: x.tagName, id: x.id, words: x.textContent.trim(), label: x.ariaLabel };
    });
  const tabTo = async wanted => {
    for (let i = 0; i < 60; ++i) {
      await page.keyboard.press('Tab');
      const now = await focused();
      if (wanted(now)) {
        const outline = await page.evaluate(
          () => getComputedStyle(document.activeElement).outlineStyle
        );
        assert.notEqual(outline, 'none', 'the focus can be seen');
        return now;
      }
    }
    return assert.fail('the focus never came there');
  };

  await page.keyboard.press('Tab');
  assert.match((await focused()).words, /Skip to the content/);
  await page.keyboard.press('Enter');
  assert.equal((await focused()).id, 'content');
  // From the content back to the top, and to another page.
  await page.reload();
  await page.waitForSelector('.league-table tbody tr');
  await tabTo(x => x.tag === 'A' && x.words === 'Fixtures');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.match');
  assert.equal((await focused()).id, 'heading', 'the heading of the new page has the focus');
  await tabTo(x => x.tag === 'SELECT' && /Matchday 1/.test(x.words));
  await page.keyboard.press('End');
  await page.waitForFunction(() => /Matchday/.test(decodeURIComponent(location.hash)));
  await tabTo(x => x.tag === 'A' && x.words !== 'Current round');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.team-head');
  await tabTo(x => x.words === 'Squad');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.endsWith('/squad'));

  await go(page, ofLeague('positions'));
  await page.waitForSelector('.chip');
  await tabTo(x => x.tag === 'BUTTON' && /Chelsea/.test(x.words));
  const pressed = () => page.evaluate(() => document.activeElement.ariaPressed);
  const was = await pressed();
  await page.keyboard.press('Space');
  await eventually(async () => (await pressed()) !== was, 'the team is chosen');

  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await go(page, ofLeague('table'));
  await tabTo(x => /colours/.test(x.label ?? ''));
  await page.keyboard.press('Enter');
  assert.equal(await theme(), 'dark');
  await page.reload();
  assert.equal(await theme(), 'dark', 'it is remembered');

  await go(page, at('account'));
  await tabTo(x => x.tag === 'INPUT');
  await page.keyboard.type('operator');
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('a[aria-label^="Account operator"]');
  await page.context().close();
});

test('operators see the cluster, its actors, and a flow as a sequence', async () => {
  const page = await open();
  page.expectsRefusals = true;
  await page.goto(cluster.base(1) + '/' + at('cluster'));
  await page.waitForSelector('.notice.sign');
  page.expectsRefusals = false;
  await signIn(page);
  await go(page, at('cluster'));
  await page.waitForSelector('.node');
  assert.equal(await page.locator('.node').count(), 3);
  await page.waitForSelector('.partitions tbody tr');
  assert.equal(await page.locator('.partitions tbody tr').count(), 6);
  assert.equal(await page.locator('.partitions .role.leader').count(), 6);
  await go(page, at('cluster', 'actors'));
  await page.fill('input[name=pattern]', 'stats-manager/*');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.actors tbody tr')].every(x => /^stats/.test(x.innerText))
  );
  await go(page, at('cluster', 'restarts'));
  await page.waitForSelector('.tree');
  await go(page, at('cluster', 'dead-letters'));
  assert.match(await page.textContent('main'), /No dead letters/);
  await go(page, at('cluster', 'flows'));
  await page.click('.flows tbody a:text("Result Added")');
  await page.waitForSelector('.sequence .arrow');
  const arrows = await page.locator('.sequence .arrow').count();
  assert.ok(arrows >= 4, 'a result is told to several');
  assert.equal(await page.locator('.steps li').count(), arrows, 'the list says the same');
  const kept = await page.evaluate(() => [sessionStorage.length, document.cookie]);
  assert.deepEqual(kept, [1, '']);
  await page.context().close();
});

test('squads, transfers and scorers are shown', async () => {
  const page = await open();
  await page.goto(cluster.base(1) + '/' + ofPeopled('scorers'));
  await page.waitForSelector('.scorers tbody tr');
  const scorers = await page.locator('.scorers tbody tr').allInnerTexts();
  assert.equal(scorers.length, 3);
  assert.match(scorers[0], /^1\s.*Adaeze Okafor.*\s2$/s);
  assert.match(scorers[1], /^2\s/);
  assert.match(scorers.find(x => /Kenji Mori/.test(x)), /Heron Town.*\s1\s+1$/s);

  await go(page, ofPeopled('team', 'heron-town', 'squad'));
  await page.waitForSelector('.squad tbody tr');
  await eventually(
    async () => /Forwards \(2\)/.test(await page.textContent('.squad')),
    'he has come'
  );
  const came = page.locator('.squad tr', { hasText: 'Álvaro Núñez' });
  assert.match(await came.innerText(), /^17\s/);
  assert.doesNotMatch(await came.innerText(), /transfer to be paid/);
  assert.match(
    await page.locator('.squad tr', { hasText: 'Kenji Mori' }).innerText(),
    /^10\s.*\s10 May 2000\s.*£5,750.*\s1$/s
  );

  await go(page, ofPeopled('team', 'heron-town', 'transfers'));
  await page.waitForSelector('.transfer');
  const into = await page.innerText('.transfer');
  assert.match(into, /In.*Álvaro Núñez.*from Kestrel Rovers.*12 Aug 2031.*£1\.85m.*completed/is);
  await page.click('.transfer a');
  await page.waitForFunction(() => /kestrel-rovers/.test(location.hash));
  await go(page, ofPeopled('team', 'kestrel-rovers', 'transfers'));
  await page.waitForSelector('.transfer .way.out');
  await go(page, ofPeopled('team', 'kestrel-rovers', 'ledger'));
  assert.match(await page.innerText('.ledger'), /Transfers.*£1\.85m.*Capital.*£7\.5/is);
  await page.context().close();
});

test('the names at the ends of the lines have room', async () => {
  for (const viewport of Object.values(sizes)) {
    const page = await open({ viewport });
    await page.goto(cluster.base(1) + '/' + ofLeague('positions'));
    await page.waitForSelector('.chip');
    const [room, needed] = await page.evaluate(narrow => {
      const right = name => document.querySelector(name).getBoundingClientRect().right;
      const ruler = document.createElement('canvas').getContext('2d');
      ruler.font = `600 12px ${getComputedStyle(document.documentElement).getPropertyValue('--font')}`;
      const longest = narrow ? 'MUN' : 'Manchester United';
      return [right('.u-wrap') - right('.u-over'), 9 + ruler.measureText(longest).width];
    }, viewport === sizes.phone);
    assert.ok(room >= needed, `${room} pixels for ${needed}`);
    await page.context().close();
  }
});

test('names are text, whatever is in them', async () => {
  const page = await open();
  await page.goto(cluster.base(1) + '/' + at('account'));
  await signIn(page);
  const evil = '<img src=x onerror="window.broken=1"><b>Bold</b>';
  const made = await page.evaluate(
    async ([teams, path_]) => {
      const { token } = JSON.parse(sessionStorage.getItem('touchline.token'));
      const reply = await fetch(path_, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({
          league_name: teams[0].name,
          teams,
          start: '2030-08-01',
          end: '2031-05-31',
          rules: { rule_set: 'england', tier: 1, start_year: 2030 }
        })
      });
      return [reply.status, await reply.text()];
    },
    [
      [
        { team: 'evil', name: evil },
        { team: 'good', name: 'Good' }
      ],
      '/v1/leagues/zz.1/seasons/2030-31/fixtures'
    ]
  );
  assert.equal(made[0], 202, made[1]);
  await eventually(async () => {
    await go(page, at('league', 'zz.1', '2030-31', 'table'));
    return (await page.locator('.league-table tbody tr').count()) === 2;
  }, 'the table of two');
  for (const part of ['table', 'fixtures', 'positions', 'scorers']) {
    await go(page, at('league', 'zz.1', '2030-31', part));
    assert.equal(await page.locator('main b, main img').count(), 0, part);
  }
  await go(page, at('league', 'zz.1', '2030-31', 'fixtures'));
  assert.ok((await page.textContent('main')).includes(evil));
  assert.equal(await page.evaluate(() => window.broken), undefined);
  await page.context().close();
});

test('a lost connection is told, with what is still shown, and comes back', async () => {
  const page = await open();
  page.expectsRefusals = true;
  await page.goto(cluster.base(1) + '/' + ofLeague('table'));
  await page.waitForSelector('.league-table tbody tr');
  await page.context().setOffline(true);
  await page.waitForSelector('.banner', { timeout: 30000 });
  assert.match(await page.textContent('.banner'), /cannot be reached.*What you see is from/s);
  assert.equal(await page.locator('.league-table tbody tr').count(), 20, 'the table stays');
  await page.context().setOffline(false);
  await page.waitForSelector('.banner', { state: 'detached', timeout: 30000 });
  await page.context().close();
});

const everyPage = {
  table: ofLeague('table'),
  fixtures: ofLeague('fixtures'),
  positions: ofLeague('positions'),
  scorers: ofPeopled('scorers'),
  'scorers-of-none': ofLeague('scorers'),
  team: ofLeague('team', 'arsenal-fc'),
  squad: ofPeopled('team', 'heron-town', 'squad'),
  transfers: ofPeopled('team', 'heron-town', 'transfers'),
  ledger: ofLeague('team', 'arsenal-fc', 'ledger'),
  account: at('account'),
  cluster: at('cluster'),
  actors: at('cluster', 'actors'),
  restarts: at('cluster', 'restarts'),
  'dead-letters': at('cluster', 'dead-letters'),
  flows: at('cluster', 'flows'),
  flow: null
};

// They wait more than they work.
describe('every page', { concurrency: true }, () => {
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of ['light', 'dark'])
      test(`fits a ${size} in ${colorScheme} colours and is accessible`, async () => {
        const page = await open({ viewport, colorScheme, reducedMotion: 'reduce' });
        await page.goto(cluster.base(1) + '/');
        await signIn(page);
        for (const [name, hash] of Object.entries(everyPage)) {
          if (hash) await go(page, hash);
          else await page.click('.flows tbody a:text("Result Added")');
          if (name === 'flow') await page.waitForSelector('.sequence .arrow');
          if (name === 'cluster') await pause(4500);
          await pause(250);
          const wider = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth
          );
          assert.equal(wider, 0, `${name} is ${wider} pixels too wide for a ${size}`);
          await page.screenshot({ path: path.join(pictures, `${name}-${size}-${colorScheme}.png`) });
          await page.evaluate(axe);
          const found = await page.evaluate(() =>
            window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
          );
          const broken = found.violations.map(x => `${name}: ${x.id}: ${x.nodes[0].html}`);
          assert.deepEqual(broken, []);
        }
        await page.context().close();
      });
});

test('the season ends with the real table', async () => {
  const page = await open();
  await page.goto(cluster.base(3) + '/' + ofLeague('table'));
  await page.waitForSelector('.league-table tbody tr');
  await eventually(
    async () => /Season complete/.test(await page.textContent('main .progress')),
    'the end of the season',
    120000
  );
  assert.equal(await replay.ended, 0, replay.errors);
  const rows = await page.locator('.league-table tbody tr').allInnerTexts();
  assert.match(rows[0], /Manchester City/);
  assert.match(rows[0], /\b89\b/);
  assert.match(rows[19], /Southampton/);
  await go(page, ofLeague('team', 'arsenal-fc'));
  assert.equal(await page.locator('.own-match .mark').count(), 38);
  // The chart's last round is the table.
  await go(page, ofLeague('positions'));
  await page.click('summary');
  const last = await page.locator('.grid-table tbody tr td:last-child').allTextContents();
  assert.deepEqual(
    last.map(Number),
    Array.from({ length: 20 }, (_, i) => i + 1)
  );
  await page.context().close();
});

test('a node that dies is seen to be gone, and the page goes on', async () => {
  const page = await open();
  await page.goto(cluster.base(1) + '/');
  await signIn(page);
  await go(page, at('cluster'));
  await page.waitForSelector('.node');
  page.expectsRefusals = true;
  cluster.kill(3);
  await page.waitForSelector('.node.sick', { timeout: 60000 });
  assert.match(await page.textContent('.node.sick'), /does not answer/);
  await eventually(
    async () => (await page.locator('.partitions .role.leader').count()) === 6,
    'every partition has a leader again',
    60000
  );
  await page.screenshot({ path: path.join(pictures, 'cluster-node-gone-desktop-light.png') });
  await page.context().close();
});

test('no other host was asked, and the browser complained about nothing', () => {
  const fronts = [1, 2, 3].map(x => new URL(cluster.base(x)).host);
  assert.deepEqual(
    [...watched.hosts].filter(x => !fronts.includes(x)),
    []
  );
  assert.deepEqual(watched.complaints, []);
});
