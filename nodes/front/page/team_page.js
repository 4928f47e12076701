// A team: how it stands, its results, its squad, its transfers, its ledger.
import {
  a,
  caption,
  classes,
  div,
  el,
  h1,
  li,
  nav,
  p,
  section,
  span,
  strong,
  table,
  tbody,
  td,
  th,
  thead,
  tr,
  ul,
  unseen,
  h2
} from './elements.js';
import { Chart, colourOf } from './chart.js';
import { read } from './data.js';
import { leaguePath } from './league_pages.js';
import { navLink, toLeague } from './route.js';
import { crest, empty, formMarks, instead, tile } from './pieces.js';
import { birthday, day, dayOfSeason, money, number, ordinal, outcome, plural, shortName, signed } from './words.js';

const parts = [
  ['results', 'Results'],
  ['squad', 'Squad'],
  ['transfers', 'Transfers'],
  ['ledger', 'Ledger']
];

const leagueOf = where => `/v1/leagues/${encodeURIComponent(where.league)}/`;

// -- results --------------------------------------------------------------------------------------

const extremes = ({ positions }) =>
  `Best ${ordinal(Math.min(...positions))}, lowest ${ordinal(Math.max(...positions))}.`;

function sparkOptions(rounds, total, count) {
  const tone = colourOf('--accent');
  const ink = colourOf('--muted');
  const font = '11px ' + (colourOf('--font') || 'sans-serif');
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 8, 0],
    scales: {
      x: { time: false, range: () => [1, Math.max(2, total)] },
      y: { dir: -1, range: () => [0.5, count + 0.5] }
    },
    axes: [
      { show: false },
      {
        font,
        stroke: ink,
        size: 28,
        grid: { stroke: colourOf('--line') },
        ticks: { show: false },
        splits: () => [1, Math.ceil(count / 2), count],
        values: (_, at) => at.map(String)
      }
    ],
    series: [{}, { stroke: tone, width: 2.5, points: { show: rounds === 1 } }]
  };
}

/** Of the fixture list: the fixtures that the team itself knows have no results. */
function Results({ where, team, names, positions }) {
  const source = read(leaguePath(where) + 'fixtures');
  const missing = instead(source, 'the fixtures', 8);
  if (missing) return missing;
  const fixtures = source.data.fixtures
    .filter(x => x.home === team.team || x.away === team.team)
    .sort((x, y) => (x.date + x.time).localeCompare(y.date + y.time) || x.number - y.number);
  if (!fixtures.length) return empty('No fixtures', 'The team does not play in this season.');
  const row = x => {
    const isHome = x.home === team.team;
    const other = isHome ? x.away : x.home;
    const what = x.score ? outcome(x.score, isHome) : null;
    return li(
      { key: x.number, class: classes('own-match', what) },
      span(
        { class: 'when' },
        span({ class: 'date' }, x.date ? dayOfSeason(x.date) : ''),
        span({ class: 'round' }, x.round)
      ),
      span(
        { class: 'venue', title: isHome ? 'At home' : 'Away' },
        span({ 'aria-hidden': 'true' }, isHome ? 'H' : 'A'),
        unseen(isHome ? 'at home against' : 'away at')
      ),
      a(
        { href: toLeague(where, 'team', other) },
        crest(other, names.get(other) ?? other, 20),
        span({}, shortName(names.get(other) ?? other))
      ),
      x.score
        ? span(
            { class: 'own-score' },
            span({ class: 'mark ' + what, 'aria-hidden': 'true' }, what),
            strong(
              {},
              isHome ? `${x.score.home}–${x.score.away}` : `${x.score.away}–${x.score.home}`
            ),
            unseen({ W: 'won', D: 'drawn', L: 'lost' }[what])
          )
        : span({ class: 'own-score quiet' }, x.time || 'to come')
    );
  };
  const done = fixtures.filter(x => x.score).reverse();
  const coming = fixtures.filter(x => !x.score);
  const mine = positions?.teams.find(x => x.team === team.team);
  return div(
    { class: 'two' },
    div(
      {},
      mine?.positions.length > 0 &&
        section(
          { class: 'card' },
          h2({}, 'Place by round'),
          el(Chart, {
            name: `${team.name} by round: ${ordinal(mine.positions.at(-1))} now. ${extremes(mine)}`,
            height: 130,
            shape:
              team.team +
              positions.season_rounds +
              positions.teams.length +
              '/' +
              (mine.positions.length === 1),
            data: [mine.positions.map((_, i) => i + 1), mine.positions],
            options: () =>
              sparkOptions(
                mine.positions.length,
                Math.max(positions.season_rounds ?? 0, mine.positions.length),
                positions.teams.length
              )
          }),
          p({ class: 'quiet' }, extremes(mine))
        ),
      section(
        { class: 'card' },
        h2({}, 'To come'),
        coming.length
          ? ul({ class: 'own-matches' }, ...coming.slice(0, 6).map(row))
          : p({ class: 'quiet' }, 'The season is over for this team.'),
        coming.length > 6 && p({ class: 'quiet more-matches' }, `and ${number(coming.length - 6)} more`)
      )
    ),
    section(
      { class: 'card' },
      h2({}, 'Results'),
      done.length
        ? ul({ class: 'own-matches' }, ...done.map(row))
        : p({ class: 'quiet' }, 'No match has been played yet.')
    )
  );
}

// -- squad ----------------------------------------------------------------------------------------

const lines = [
  ['GK', 'Goalkeepers'],
  ['DF', 'Defenders'],
  ['MF', 'Midfielders'],
  ['FW', 'Forwards']
];

function Squad({ where, team, stats }) {
  if (!team.squad.length) return empty('No players', 'Nobody is registered for this team.');
  const goals = new Map(
    (stats?.top_scorers ?? []).filter(x => x.team === team.team).map(x => [x.player, x.goals])
  );
  const known = new Set(lines.map(x => x[0]));
  const groups = [...lines, ['', 'Others']]
    .map(([position, name]) => [
      name,
      team.squad
        .filter(x => (position ? x.position === position : !known.has(x.position)))
        .sort((x, y) => x.shirt_number - y.shirt_number)
    ])
    .filter(x => x[1].length);
  return div(
    {},
    div(
      { class: 'card flush' },
      table(
        { class: 'squad' },
        caption({ class: 'unseen' }, `The squad of ${team.name}, season ${where.season}`),
        thead(
          {},
          tr(
            {},
            th({ scope: 'col', class: 'n' }, 'No.'),
            th({ scope: 'col' }, 'Player'),
            th({ scope: 'col', class: 'wide' }, 'Born'),
            th({ scope: 'col', class: 'n wide' }, 'Wage a week'),
            th({ scope: 'col', class: 'n' }, 'Goals')
          )
        ),
        ...groups.map(([name, players]) =>
          tbody(
            { key: name },
            tr(
              { class: 'group' },
              th({ colspan: 5, scope: 'rowgroup' }, `${name} (${players.length})`)
            ),
            ...players.map(x =>
              tr(
                { key: x.player || x.shirt_number },
                td({ class: 'n shirt' }, x.shirt_number || '–'),
                th(
                  { scope: 'row' },
                  x.name,
                  x.transfer && span({ class: 'tag' }, 'transfer to be paid')
                ),
                td({ class: 'wide' }, x.date_of_birth ? birthday(x.date_of_birth) : '–'),
                td(
                  { class: 'n wide' },
                  Number(x.wage_minor_units)
                    ? money({
                        minor_units: x.wage_minor_units,
                        currency: team.balances[0]?.currency ?? 'EUR'
                      })
                    : '–'
                ),
                td({ class: 'n' }, goals.get(x.name) ?? '–')
              )
            )
          )
        )
      )
    ),
    team.former_players.length > 0 &&
      section(
        { class: 'card' },
        h2({}, 'Who left'),
        ul(
          { class: 'plain' },
          ...[...team.former_players]
            .reverse()
            .slice(0, 24)
            .map((x, i) =>
              li(
                { key: i },
                strong({}, x.player?.name ?? '?'),
                ' ',
                span(
                  { class: 'quiet' },
                  [x.player?.position, x.season, x.transfer ? 'transfer' : 'deleted']
                    .filter(Boolean)
                    .join(' · ')
                )
              )
            )
        )
      )
  );
}

// -- transfers ------------------------------------------------------------------------------------

const stateWords = {
  RESERVING: 'fee being reserved',
  RELEASING: 'being released',
  SIGNING: 'being signed',
  PAYING: 'being paid',
  CANCELLING: 'being undone',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled'
};

function Transfers({ where, team, names }) {
  const source = read(leagueOf(where) + 'transfers');
  const missing = instead(source, 'the transfers', 5);
  if (missing) return missing;
  const all = [...source.data.open, ...[...source.data.closed].reverse()].filter(
    x => x.from_team === team.team || x.to_team === team.team
  );
  if (!all.length)
    return empty('No transfers', 'Nobody came to this team and nobody left it lately.');
  const name = key => (key ? (names.get(key) ?? key) : 'outside the league');
  return ul(
    { class: 'transfers' },
    ...all.map(x => {
      const came = x.to_team === team.team;
      const other = came ? x.from_team : x.to_team;
      return li(
        { key: x.transfer, class: 'card transfer' },
        span({ class: classes('way', came ? 'in' : 'out') }, came ? 'In' : 'Out'),
        div(
          { class: 'grow' },
          strong({}, x.player?.name || x.player?.player || 'A player'),
          ' ',
          span({ class: 'quiet' }, x.player?.position),
          p(
            {},
            came ? 'from ' : 'to ',
            other ? a({ href: toLeague(where, 'team', other) }, name(other)) : name(other),
            x.date && ` on ${day(x.date)}`
          ),
          x.reason && p({ class: 'bad-words' }, x.reason)
        ),
        div(
          { class: 'fee' },
          strong({}, x.fee?.currency ? money(x.fee) : 'free'),
          span(
            {
              class: classes(
                'tag',
                x.state === 'COMPLETED' ? 'good' : x.state === 'CANCELLED' ? 'bad' : 'under-way'
              )
            },
            stateWords[x.state] ?? x.state.toLowerCase()
          )
        )
      );
    })
  );
}

// -- ledger ---------------------------------------------------------------------------------------

const kinds = { capital: 'Capital', sponsor: 'Sponsors', transfer: 'Transfers' };

function Ledger({ team }) {
  if (!team.ledger.length)
    return empty('An empty ledger', 'Nothing was paid to this team or by it.');
  return div(
    {},
    div(
      { class: 'tiles' },
      ...team.balances.map(x =>
        tile('Balance', money(x), 'now', Number(x.minor_units) < 0 ? 'bad' : 'good')
      ),
      ...team.totals.map((x, i) =>
        tile(kinds[x.kind] ?? x.kind, money(x.amount), 'since ever', '', i)
      )
    ),
    div(
      { class: 'card flush' },
      table(
        { class: 'ledger' },
        caption({ class: 'unseen' }, 'The newest entries, the newest first'),
        thead(
          {},
          tr({}, th({ scope: 'col' }, 'Entry'), th({ scope: 'col', class: 'n' }, 'Amount'))
        ),
        tbody(
          {},
          ...[...team.ledger]
            .reverse()
            .map((x, i) =>
              tr(
                { key: team.ledger.length - i },
                th(
                  { scope: 'row' },
                  strong({}, kinds[x.kind] ?? x.kind),
                  span({ class: 'reference' }, x.reference)
                ),
                td(
                  { class: classes('n', Number(x.amount?.minor_units) < 0 ? 'minus' : 'plus') },
                  money(x.amount)
                )
              )
            )
        )
      )
    ),
    p(
      { class: 'quiet' },
      team.ledger.length === 64 ? 'The newest 64 entries. The sums are of all of them.' : ''
    )
  );
}

// -- the page -------------------------------------------------------------------------------------

const record = x => `${x.won}–${x.drawn}–${x.lost}`;

export function TeamPage({ where }) {
  const [key, part = 'results'] = where.rest;
  const source = read(leagueOf(where) + 'teams/' + encodeURIComponent(key ?? ''));
  const table_ = read(leaguePath(where) + 'table');
  const stats = read(leaguePath(where) + 'stats');
  const positions = read(leaguePath(where) + 'positions');
  const missing = instead(source, 'the team', 8);
  if (missing)
    return div(
      {},
      div({ class: 'heading' }, h1({ tabindex: '-1', id: 'heading' }, 'Team')),
      missing
    );
  const team = source.data;
  const rows = table_.data?.rows ?? [];
  const row = rows.find(x => x.team === key);
  const own = stats.data?.teams.find(x => x.team === key);
  const names = new Map(rows.map(x => [x.team, x.name]));
  const body =
    { results: Results, squad: Squad, transfers: Transfers, ledger: Ledger }[part] ?? Results;
  return div(
    { class: 'team-page' },
    div(
      { class: 'team-head' },
      crest(key, team.name, 64),
      div(
        {},
        h1({ tabindex: '-1', id: 'heading' }, team.name),
        p(
          { class: 'quiet' },
          [
            team.stadium,
            team.relegated ? 'left the pyramid' : '',
            row ? `${ordinal(row.position)} of ${rows.length}` : ''
          ]
            .filter(Boolean)
            .join(' · ')
        ),
        own && p({}, formMarks(own.form))
      )
    ),
    row &&
      div(
        { class: 'tiles' },
        tile('Points', number(row.points), `from ${plural(row.played, 'match', 'matches')}`),
        tile(
          'Goals',
          `${row.goals_for}:${row.goals_against}`,
          signed(row.goals_for - row.goals_against)
        ),
        own &&
          tile(
            'At home',
            record(own.home),
            `${own.home.goals_for}:${own.home.goals_against} goals`
          ),
        own &&
          tile('Away', record(own.away), `${own.away.goals_for}:${own.away.goals_against} goals`)
      ),
    nav(
      { class: 'tabs', 'aria-label': 'About the team' },
      ...parts.map(([x, words]) => navLink(toLeague(where, 'team', key, x), x === part, words))
    ),
    el(body, { key: part, where, team, names, stats: stats.data, positions: positions.data })
  );
}
