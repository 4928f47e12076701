// The pages of a league: the table, fixtures and results, top scorers.
import {
  a,
  button,
  caption,
  classes,
  Component,
  div,
  el,
  h2,
  label,
  li,
  option,
  p,
  section,
  select,
  span,
  table,
  tbody,
  td,
  th,
  thead,
  tr,
  ul,
  unseen
} from './elements.js';
import { read } from './data.js';
import { toLeague } from './route.js';
import { crest, empty, formMarks, heading, icon, instead, movement, progress } from './pieces.js';
import { day, number, outcome, plural, shortName, signed } from './words.js';

export const leaguePath = where =>
  `/v1/leagues/${encodeURIComponent(where.league)}/seasons/${encodeURIComponent(where.season)}/`;

// -- the table ------------------------------------------------------------------------------------

/** Which places lead somewhere: by the season's own rules. */
function zoneOf(position, teams, rules) {
  if (!rules) return null;
  const { promoted = 0, play_offs = 0, relegated = 0 } = rules;
  if (position <= promoted) return { kind: 'promoted', words: 'Promotion' };
  if (position <= promoted + play_offs) return { kind: 'play-offs', words: 'Play-offs' };
  if (position > teams - relegated) return { kind: 'relegated', words: 'Relegation' };
  return position === 1 ? { kind: 'champion', words: 'Champion' } : null;
}

/** How many places each team moved since before the round that is being played. */
export function movements(positions) {
  const out = new Map();
  for (const x of positions?.teams ?? []) {
    const n = x.positions.length;
    out.set(x.team, n > 1 ? x.positions[n - 2] - x.positions[n - 1] : 0);
  }
  return out;
}

const isCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Rows that change their places are seen to do so. */
class MovingRows extends Component {
  getSnapshotBeforeUpdate() {
    if (isCalm() || !this.body) return null;
    const places = new Map();
    for (const row of this.body.rows)
      places.set(row.dataset.team, { top: row.offsetTop, points: row.dataset.points });
    return places;
  }

  componentDidUpdate(_, __, places) {
    if (!places || !this.body) return;
    for (const row of this.body.rows) {
      const old = places.get(row.dataset.team);
      if (!old) continue;
      if (old.top !== row.offsetTop)
        row.animate(
          [{ transform: `translateY(${old.top - row.offsetTop}px)` }, { transform: 'none' }],
          { duration: 450, easing: 'cubic-bezier(.2,.8,.2,1)' }
        );
      if (old.points !== row.dataset.points)
        row.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], {
          duration: 1600
        });
    }
  }

  render({ rows }) {
    return el(
      'tbody',
      {
        ref: x => {
          this.body = x;
        }
      },
      rows
    );
  }
}

function tableRow(where, row, teams, rules, form, moved) {
  const zone = zoneOf(row.position, teams, rules);
  return tr(
    {
      key: row.team,
      'data-team': row.team,
      'data-points': `${row.played}/${row.points}`,
      class: zone ? 'zone ' + zone.kind : ''
    },
    td(
      { class: 'place' },
      span({ class: 'place-number' }, row.position),
      zone && unseen(`, ${zone.words}`)
    ),
    td({ class: 'moved' }, movement(moved)),
    th(
      { scope: 'row', class: 'team' },
      a(
        { href: toLeague(where, 'team', row.team) },
        crest(row.team, row.name),
        span(
          { class: 'team-name' },
          span({ class: 'long' }, row.name),
          span({ class: 'short' }, shortName(row.name)),
          row.deducted > 0 &&
            span({ class: 'deducted' }, ` −${row.deducted}`, unseen(' points deducted'))
        )
      ),
      span({ class: 'form-below' }, formMarks(form))
    ),
    td({ class: 'n' }, row.played),
    td({ class: 'n wide' }, row.won),
    td({ class: 'n wide' }, row.drawn),
    td({ class: 'n wide' }, row.lost),
    td({ class: 'n widest' }, row.goals_for),
    td({ class: 'n widest' }, row.goals_against),
    td({ class: 'n' }, signed(row.goals_for - row.goals_against)),
    td({ class: 'n points' }, row.points),
    td({ class: 'form-cell' }, formMarks(form))
  );
}

const column = (name, whole, kind) =>
  th({ scope: 'col', class: kind }, el('abbr', { title: whole }, name));

/** The newest results of a season, by what is known of dates. */
function latest(fixtures, count) {
  return fixtures
    .filter(x => x.score)
    .sort((x, y) => (y.date + y.time).localeCompare(x.date + x.time) || y.number - x.number)
    .slice(0, count);
}

export function matchLine(where, names, x) {
  const side = (team, isHome) =>
    a(
      { class: isHome ? 'home' : 'away', href: toLeague(where, 'team', team) },
      crest(team, names.get(team) ?? team, 22),
      span(
        { class: classes('side', x.score && outcome(x.score, isHome) === 'W' && 'winner') },
        span({ class: 'long' }, names.get(team) ?? team),
        span({ class: 'short' }, shortName(names.get(team) ?? team))
      )
    );
  const extra =
    x.score &&
    (x.score.award !== 'BY_GOALS' && x.score.award
      ? 'awarded'
      : x.score.shootout_home || x.score.shootout_away
        ? `${x.score.shootout_home}–${x.score.shootout_away} pens`
        : '');
  return li(
    { class: classes('match', x.score ? 'played' : 'to-come'), key: x.number },
    side(x.home, true),
    span(
      { class: 'score' },
      x.score
        ? [
            span({ class: 'home-goals' }, x.score.home),
            span({ class: 'dash' }, '–'),
            span({ class: 'away-goals' }, x.score.away)
          ]
        : span({ class: 'kick-off' }, x.time || 'v')
    ),
    side(x.away, false),
    extra && span({ class: 'extra' }, extra)
  );
}

export function TablePage({ where }) {
  const table_ = read(leaguePath(where) + 'table');
  const stats = read(leaguePath(where) + 'stats');
  const fixtures = read(leaguePath(where) + 'fixtures');
  const positions = read(leaguePath(where) + 'positions');
  const missing = instead(table_, 'the table', 20);
  if (missing) return el('div', {}, heading('Table'), missing);
  const { rows, results, fixtures: all, complete } = table_.data;
  const rules = fixtures.data?.rules;
  const forms = new Map((stats.data?.teams ?? []).map(x => [x.team, x.form]));
  const moved = movements(positions.data);
  const round = positions.data?.rounds?.at(-1);
  const names = new Map(rows.map(x => [x.team, x.name]));
  const zones = [
    ...new Map(
      rows
        .map(x => zoneOf(x.position, rows.length, rules))
        .filter(Boolean)
        .map(x => [x.kind, x])
    ).values()
  ];
  const news = latest(fixtures.data?.fixtures ?? [], 6);
  return div(
    { class: 'table-page' },
    heading(
      'Table',
      progress(
        results,
        all,
        complete ? 'Season complete' : `${number(results)} of ${plural(all, 'match', 'matches')}`
      )
    ),
    div(
      { class: 'columns' },
      div(
        { class: 'card flush' },
        rows.length === 0
          ? empty('No teams', 'This season has no teams yet.')
          : table(
              { class: 'league-table' },
              caption(
                { class: 'unseen' },
                `${table_.data.league_name}, ${where.season}: ${results} of ${all} results`
              ),
              thead(
                {},
                tr(
                  {},
                  column('#', 'Position', 'place'),
                  th({ scope: 'col', class: 'moved' }, unseen('Movement')),
                  th({ scope: 'col', class: 'team' }, 'Team'),
                  column('P', 'Played', 'n'),
                  column('W', 'Won', 'n wide'),
                  column('D', 'Drawn', 'n wide'),
                  column('L', 'Lost', 'n wide'),
                  column('GF', 'Goals for', 'n widest'),
                  column('GA', 'Goals against', 'n widest'),
                  column('GD', 'Goal difference', 'n'),
                  column('Pts', 'Points', 'n points'),
                  th({ scope: 'col', class: 'form-cell' }, 'Form')
                )
              ),
              el(MovingRows, {
                rows: rows.map(x =>
                  tableRow(
                    where,
                    x,
                    rows.length,
                    rules,
                    forms.get(x.team) ?? '',
                    moved.get(x.team) ?? 0
                  )
                )
              })
            ),
        div(
          { class: 'legend' },
          ...zones.map(x => span({ key: x.kind }, span({ class: 'swatch ' + x.kind }), x.words)),
          round && span({ class: 'legend-note' }, `Movement since before ${round.name}.`)
        )
      ),
      section(
        { class: 'card side-card', 'aria-label': 'Latest results' },
        h2({}, 'Latest results'),
        news.length
          ? ul({ class: 'matches compact' }, ...news.map(x => matchLine(where, names, x)))
          : p({ class: 'quiet' }, 'No match has been played yet.'),
        a({ class: 'more', href: toLeague(where, 'fixtures') }, 'All fixtures and results')
      )
    )
  );
}

// -- fixtures and results -------------------------------------------------------------------------

/** The rounds in the order of the list, with their fixtures. */
export function roundsOf(fixtures) {
  const out = new Map();
  for (const x of fixtures) {
    const name = x.round || 'Without a round';
    if (!out.has(name)) out.set(name, { name, fixtures: [], playOff: x.play_off });
    out.get(name).fixtures.push(x);
  }
  return [...out.values()];
}

/** The round that is being played: the last one that has begun. */
function currentRound(rounds) {
  let begun = -1;
  rounds.forEach((x, i) => {
    if (x.fixtures.some(y => y.score)) begun = i;
  });
  if (begun < 0) return 0;
  return begun;
}

export function FixturesPage({ where }) {
  const source = read(leaguePath(where) + 'fixtures');
  const missing = instead(source, 'the fixtures', 10);
  if (missing) return el('div', {}, heading('Fixtures and results'), missing);
  const rounds = roundsOf(source.data.fixtures);
  if (!rounds.length)
    return el(
      'div',
      {},
      heading('Fixtures and results'),
      empty('No fixtures', 'The fixture list of this season has not been generated yet.')
    );
  const names = new Map(source.data.teams.map(x => [x.team, x.name]));
  const chosen = rounds.findIndex(x => x.name === where.rest[0]);
  const at = chosen < 0 ? currentRound(rounds) : chosen;
  const round = rounds[at];
  const go = index => {
    location.hash = toLeague(where, 'fixtures', rounds[index].name);
  };
  const played = round.fixtures.filter(x => x.score).length;
  const byDay = new Map();
  for (const x of [...round.fixtures].sort(
    (y, z) => (y.date + y.time).localeCompare(z.date + z.time) || y.number - z.number
  ))
    byDay.set(x.date, [...(byDay.get(x.date) ?? []), x]);
  const step = (index, words, drawing) =>
    button(
      {
        type: 'button',
        class: 'icon-button',
        disabled: index < 0 || index >= rounds.length,
        onClick: () => go(index),
        'aria-label': words
      },
      icon(drawing)
    );
  return div(
    {},
    heading(
      'Fixtures and results',
      progress(played, round.fixtures.length, `${played} of ${round.fixtures.length} played`)
    ),
    div(
      { class: 'toolbar' },
      step(at - 1, 'Previous round', 'M15 5l-7 7 7 7'),
      label(
        { class: 'field grow' },
        unseen('Round'),
        select(
          { value: String(at), onChange: event => go(Number(event.currentTarget.value)) },
          ...rounds.map((x, i) =>
            option(
              { key: i, value: String(i) },
              x.name +
                (x.fixtures.every(y => y.score)
                  ? ''
                  : x.fixtures.some(y => y.score)
                    ? ' (being played)'
                    : ' (to come)')
            )
          )
        )
      ),
      step(at + 1, 'Next round', 'M9 5l7 7-7 7'),
      chosen >= 0 &&
        chosen !== currentRound(rounds) &&
        a({ class: 'button', href: toLeague(where, 'fixtures') }, 'Current round')
    ),
    div(
      { class: 'days' },
      ...[...byDay].map(([date, list]) =>
        section(
          { class: 'card', key: date, 'aria-label': day(date) },
          h2({ class: 'day' }, date ? day(date) : 'Day not known'),
          ul({ class: 'matches' }, ...list.map(x => matchLine(where, names, x)))
        )
      )
    )
  );
}

// -- top scorers ----------------------------------------------------------------------------------

export function ScorersPage({ where }) {
  const stats = read(leaguePath(where) + 'stats');
  const missing = instead(stats, 'the scorers', 12);
  if (missing) return el('div', {}, heading('Top scorers'), missing);
  const names = new Map(stats.data.teams.map(x => [x.team, x.name]));
  const scorers = stats.data.top_scorers;
  if (!scorers.length)
    return el(
      'div',
      {},
      heading('Top scorers'),
      empty(
        'No scorers are known',
        'The results of this season came without the names of scorers, or nobody has scored yet.'
      )
    );
  const most = scorers[0].goals;
  let place = 0;
  let last = null;
  return div(
    {},
    heading('Top scorers'),
    div(
      { class: 'card flush' },
      table(
        { class: 'scorers' },
        caption({ class: 'unseen' }, 'Players by goals'),
        thead(
          {},
          tr(
            {},
            column('#', 'Place', 'place'),
            th({ scope: 'col' }, 'Player'),
            th({ scope: 'col', class: 'bar-cell wide' }, unseen('Share')),
            column('Pens', 'Of them penalties', 'n'),
            th({ scope: 'col', class: 'n points' }, 'Goals')
          )
        ),
        tbody(
          {},
          ...scorers.map((x, i) => {
            if (x.goals !== last) {
              place = i + 1;
              last = x.goals;
            }
            return tr(
              { key: x.player + '/' + x.team },
              td({ class: 'place' }, place),
              th(
                { scope: 'row', class: 'team' },
                div(
                  { class: 'who' },
                  crest(x.team, names.get(x.team) ?? x.team),
                  span(
                    {},
                    span({ class: 'player' }, x.player),
                    a(
                      { class: 'quiet-link', href: toLeague(where, 'team', x.team) },
                      shortName(names.get(x.team) ?? x.team)
                    )
                  )
                )
              ),
              td(
                { class: 'bar-cell wide' },
                el(
                  'svg',
                  {
                    class: 'goal-bar',
                    viewBox: '0 0 100 6',
                    preserveAspectRatio: 'none',
                    'aria-hidden': 'true'
                  },
                  el('rect', { width: (100 * x.goals) / most, height: 6, rx: 1 })
                )
              ),
              td({ class: 'n' }, x.penalties || '–'),
              td({ class: 'n points' }, x.goals)
            );
          })
        )
      )
    )
  );
}
