// The frame of the page: where one is, what is around every page, and what is said aloud.
import {
  a,
  button,
  Component,
  div,
  el,
  footer,
  header,
  label,
  main,
  nav,
  option,
  p,
  render,
  select,
  span,
  strong,
  svg,
  path,
  circle,
  unseen
} from './elements.js';
import { AccountPage } from './account_page.js';
import { holder } from './account.js';
import { ClusterPage } from './cluster_pages.js';
import {
  begin,
  connection,
  isStreaming,
  leagueChanged,
  read,
  refresh,
  setStreaming,
  startReading
} from './data.js';
import { EventStream } from './events.js';
import { FixturesPage, leaguePath, ScorersPage, TablePage } from './league_pages.js';
import { empty, heading, icon, instead, notice } from './pieces.js';
import { PositionsPage } from './positions_page.js';
import { current, navLink, replace, to, toLeague } from './route.js';
import { TeamPage } from './team_page.js';
import { plural, timeOfDay } from './words.js';

const leaguePages = {
  table: TablePage,
  fixtures: FixturesPage,
  positions: PositionsPage,
  scorers: ScorersPage,
  team: TeamPage
};

const drawings = {
  table: ['M4 6h16', 'M4 12h16', 'M4 18h10'],
  fixtures: ['M5 5h14v15H5z', 'M5 10h14', 'M9 3v4', 'M15 3v4'],
  positions: ['M4 19V5', 'M4 19h16', 'M7 15l4-5 4 3 5-7'],
  scorers: [
    'M8 4h8v6a4 4 0 0 1-8 0z',
    'M12 14v4',
    'M8 20h8',
    'M8 6H4c0 3 1.5 5 4 5',
    'M16 6h4c0 3-1.5 5-4 5'
  ],
  cluster: [
    'M12 4a2 2 0 1 0 .01 0',
    'M5 16a2 2 0 1 0 .01 0',
    'M19 16a2 2 0 1 0 .01 0',
    'M11 8l-5 8',
    'M13 8l5 8',
    'M7.5 18h9'
  ],
  light: [
    'M12 8a4 4 0 1 0 .01 0',
    'M12 2v2',
    'M12 20v2',
    'M2 12h2',
    'M20 12h2',
    'M5 5l1.5 1.5',
    'M17.5 17.5L19 19',
    'M19 5l-1.5 1.5',
    'M6.5 17.5L5 19'
  ],
  dark: ['M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z'],
  account: ['M12 4a4 4 0 1 0 .01 0', 'M4 21c0-4 3.5-6.5 8-6.5s8 2.5 8 6.5']
};

// -- light and dark -------------------------------------------------------------------------------

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const isDark = () =>
  (document.documentElement.dataset.theme ?? (systemDark.matches ? 'dark' : 'light')) === 'dark';

function toggleTheme() {
  const chosen = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem('touchline.theme', chosen);
  } catch {
    // Then it lasts until the page is loaded again.
  }
  dispatchEvent(new Event('touchline-theme'));
  draw();
}

// -- what is around every page --------------------------------------------------------------------

const logo = () =>
  a(
    { class: 'logo', href: '#/', 'aria-label': 'Touchline, to the table' },
    svg(
      { viewBox: '0 0 32 32', width: 28, height: 28, 'aria-hidden': 'true' },
      path({ d: 'M6 4v24M6 16h22', class: 'logo-line' }),
      path({ d: 'M6 7a9 9 0 0 1 0 18', class: 'logo-ring' }),
      circle({ cx: 23, cy: 9.5, r: 3.5, class: 'logo-ball' })
    ),
    span({ 'aria-hidden': 'true' }, 'Touchline')
  );

const entries = where => [
  ['table', 'Table', toLeague(where, 'table')],
  ['fixtures', 'Fixtures', toLeague(where, 'fixtures')],
  ['positions', 'Positions', toLeague(where, 'positions')],
  ['scorers', 'Scorers', toLeague(where, 'scorers')],
  ['cluster', 'Cluster', to('cluster')]
];

function Live() {
  const [kind, words, whole] =
    connection.state === 'lost'
      ? ['lost', 'Offline', 'The connection is lost']
      : isStreaming()
        ? ['live', 'Live', 'Live: every change is shown at once']
        : ['polling', 'Live', 'Live: asked for every two seconds'];
  return span(
    { class: 'live ' + kind, title: whole },
    span({ class: 'dot', 'aria-hidden': 'true' }),
    span({ 'aria-hidden': 'true' }, words),
    unseen(whole)
  );
}

function Picker({ where, leagues, names }) {
  const list = leagues.some(x => x.league === where.league)
    ? leagues
    : [...leagues, { league: where.league, seasons: [where.season] }];
  const seasons = list.find(x => x.league === where.league).seasons;
  const goLeague = event => {
    const chosen = list.find(x => x.league === event.currentTarget.value);
    location.hash = to('league', chosen.league, chosen.seasons.at(-1) ?? '', 'table');
  };
  return div(
    { class: 'picker' },
    label(
      { class: 'field' },
      unseen('League'),
      select(
        { value: where.league, onChange: goLeague },
        ...list.map(x =>
          option({ key: x.league, value: x.league }, names.get(x.league) ?? x.league)
        )
      )
    ),
    label(
      { class: 'field season' },
      unseen('Season'),
      select(
        {
          value: where.season,
          onChange: event => {
            location.hash = to('league', where.league, event.currentTarget.value, 'table');
          }
        },
        ...(seasons.includes(where.season) ? seasons : [...seasons, where.season]).map(x =>
          option({ key: x, value: x }, x)
        )
      )
    )
  );
}

class Countdown extends Component {
  componentDidMount() {
    this.timer = setInterval(() => this.setState({}), 1000);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  render() {
    return Math.max(0, Math.ceil((connection.retry - Date.now()) / 1000)) + ' s';
  }
}

function Banner() {
  if (connection.state !== 'lost') return null;
  return div(
    { class: 'banner', role: 'alert' },
    span(
      {},
      strong({}, connection.sentence),
      connection.heard ? ` What you see is from ${timeOfDay(connection.heard)}.` : ''
    ),
    // The clock is for eyes: read aloud each second it would drown everything else.
    span({ class: 'retry', 'aria-hidden': 'true' }, 'Next attempt in ', el(Countdown, {})),
    button({ type: 'button', class: 'button', onClick: () => refresh() }, 'Try now')
  );
}

// -- what is said aloud ---------------------------------------------------------------------------

const quietMs = 8000;
const aloud = { words: '', at: 0, results: null, key: '' };

/** New results, at most every few seconds. */
function listen(where) {
  const known = read(leaguePath(where) + 'table');
  const now = known.data;
  if (!now) return;
  const key = where.league + '/' + where.season;
  if (aloud.key !== key) {
    Object.assign(aloud, { key, results: now.results, at: Date.now(), words: '' });
  } else if (now.results !== aloud.results && Date.now() - aloud.at > quietMs) {
    const first = now.rows[0];
    const news = plural(Math.max(1, now.results - aloud.results), 'new result');
    aloud.words = `${news}. ${first.name} lead with ${plural(first.points, 'point')}.`;
    Object.assign(aloud, { results: now.results, at: Date.now() });
  }
}

// -- the whole ------------------------------------------------------------------------------------

const leagueNames = new Map();
let lastLeague = null;
let stream = null;
let streamed = '';
let followed = '';

/**
 * One stream, of the league that is shown, as long as it is in sight: a browser has six connections
 * to a front, which the tabs share.
 */
function follow(league) {
  followed = league;
  const wanted = document.hidden ? '' : league;
  if (wanted === streamed) return;
  streamed = wanted;
  stream?.close();
  stream = wanted ? new EventStream(wanted, leagueChanged, setStreaming) : null;
}

/** When a page cannot be drawn, the frame around it stays, and the next data may be better. */
class Guard extends Component {
  componentDidCatch(why) {
    console.error(why);
    this.setState({ broken: this.props.children });
  }

  render({ children }, { broken }) {
    return broken === undefined || broken !== children
      ? children
      : div(
          {},
          heading('Something is wrong'),
          notice('bad', 'This page cannot be shown', 'It is tried again with the next change.')
        );
  }
}

function Page({ where, leagues }) {
  if (where.area === 'account')
    return el(AccountPage, {
      entered: () => {
        follow('');
        location.hash = lastLeague ? toLeague(lastLeague, 'table') : '#/';
      }
    });
  if (where.area === 'cluster') return el(ClusterPage, { where });
  if (where.area === 'nowhere')
    return div(
      {},
      heading('Nothing here'),
      empty(
        'There is no such page',
        'The address in the bar leads nowhere.',
        a({ class: 'button', href: '#/' }, 'To the table')
      )
    );
  if (where.area === 'league' && where.season)
    return el(leaguePages[where.page] ?? TablePage, {
      where,
      key: [where.league, where.season, where.page, where.page === 'team' && where.rest[0]].join(
        '/'
      )
    });
  const missing = instead(leagues, 'the leagues', 12);
  if (missing) return div({}, heading('Touchline'), missing);
  return div(
    {},
    heading(where.league || 'Touchline'),
    where.league
      ? empty(
          'No season yet',
          `The league ${where.league} has no season. It begins when its fixture list is generated.`
        )
      : empty('No leagues yet', 'As soon as a season is begun in this cluster, its table is here.')
  );
}

/** Where to begin: the newest season of the first league that has one. */
function start(leagues) {
  const first = leagues.find(x => x.seasons.length);
  if (first) replace(to('league', first.league, first.seasons.at(-1), 'table'));
}

function App() {
  startReading();
  const where = current();
  const leagues = read('/v1/leagues');
  const list = leagues.data?.leagues ?? [];
  if (where.area === 'league' && where.season) {
    lastLeague = { league: where.league, season: where.season };
    listen(where);
    const named = read(leaguePath(where) + 'table').data;
    if (named?.league_name)
      // The season stands beside it.
      leagueNames.set(where.league, named.league_name.replace(/\s+\d{4}[/-]\d{2,4}$/u, ''));
  } else if (where.area === 'start' && list.length) {
    queueMicrotask(() => start(list));
  }
  const shown = lastLeague ?? { league: '', season: '' };
  follow(
    where.area === 'league' && where.season
      ? where.league
      : where.area === 'cluster'
        ? ''
        : followed
  );
  const here = where.area === 'cluster' ? 'cluster' : where.page === 'team' ? 'table' : where.page;
  const links = lastLeague
    ? entries(shown)
    : entries(shown).map(([x, words, href]) => [x, words, x === 'cluster' ? href : '#/']);
  const menu = kind =>
    nav(
      { class: kind, 'aria-label': kind === 'menu' ? 'Pages' : 'Pages, below' },
      ...links.map(([x, words, href]) =>
        navLink(href, x === here, icon(...drawings[x]), span({}, words))
      )
    );
  return div(
    { class: 'frame' },
    a(
      {
        class: 'skip',
        href: location.hash || '#/',
        onClick: event => {
          event.preventDefault();
          document.getElementById('content').focus();
        }
      },
      'Skip to the content'
    ),
    header(
      { class: 'top' },
      div(
        { class: 'top-row' },
        logo(),
        where.area === 'league' && lastLeague
          ? el(Picker, { where: lastLeague, leagues: list, names: leagueNames })
          : div({ class: 'picker' }),
        menu('menu'),
        div(
          { class: 'tools' },
          el(Live, {}),
          button(
            {
              type: 'button',
              class: 'icon-button',
              onClick: toggleTheme,
              'aria-label': isDark() ? 'Light colours' : 'Dark colours'
            },
            icon(...drawings[isDark() ? 'light' : 'dark'])
          ),
          a(
            {
              class: 'icon-button' + (holder() ? ' signed-in' : ''),
              href: '#/account',
              'aria-label': holder() ? `Account ${holder().account}` : 'Sign in'
            },
            icon(...drawings.account)
          )
        )
      )
    ),
    el(Banner, {}),
    main({ id: 'content', tabindex: '-1' }, el(Guard, {}, el(Page, { where, leagues }))),
    footer({}, p({}, 'Touchline. ', a({ href: '/openapi.json' }, 'The same data as JSON'))),
    menu('bottom'),
    div({ class: 'unseen', 'aria-live': 'polite', role: 'status' }, aloud.words)
  );
}

const root = document.getElementById('app');
let drawn = false;

/** Draws at most once a frame. */
function draw() {
  if (drawn) return;
  drawn = true;
  requestAnimationFrame(() => {
    drawn = false;
    show();
  });
}

function show() {
  render(el(App, {}), root);
  const name = document.getElementById('heading')?.textContent ?? '';
  const whole = [name, 'Touchline'].filter((x, i, all) => x && all.indexOf(x) === i).join(' · ');
  if (document.title !== whole) document.title = whole;
}

let lastHash = location.hash;

function moved() {
  show();
  document
    .querySelector('.tabs [aria-current]')
    ?.scrollIntoView({ block: 'nearest', inline: 'center' });
  if (location.hash !== lastHash) {
    // As after loading a page: at the top, and the screen reader says where one is.
    if (lastHash) {
      document.getElementById('heading')?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    lastHash = location.hash;
  }
}

root.replaceChildren();
addEventListener('hashchange', moved);
addEventListener('resize', draw);
document.addEventListener('visibilitychange', () => follow(followed));
systemDark.addEventListener('change', draw);
begin(draw);
moved();
