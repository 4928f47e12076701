// The season as a chart: the place of every team after every round.
import {
  button,
  caption,
  classes,
  Component,
  details,
  div,
  el,
  p,
  span,
  summary,
  table,
  tbody,
  td,
  th,
  thead,
  tr
} from './elements.js';
import { Chart, colourOf } from './chart.js';
import { read } from './data.js';
import { leaguePath } from './league_pages.js';
import { crest, empty, heading, instead, scroller } from './pieces.js';
import { initials, ordinal, plural, shortName } from './words.js';

const tones = [
  '--line-1',
  '--line-2',
  '--line-3',
  '--line-4',
  '--line-5',
  '--line-6',
  '--line-7',
  '--line-8'
];
const shownAtFirst = 4;

/** "Matchday 12" is 12 where room is short. */
const roundLabel = name => /(\d+)\s*$/.exec(name)?.[1] ?? name.slice(0, 6);

const labelFont = ratio => `600 ${12 * ratio}px ${colourOf('--font') || 'sans-serif'}`;
const labelGap = 9;

/** What stands where a chosen team's line ends. */
const labelOf = (team, narrow) => (narrow ? initials(team.name) : shortName(team.name).slice(0, 18));

/** Pixels to the right of the lines: as many as the longest label needs that may be chosen. */
function labelRoom(teams, narrow) {
  const ruler = document.createElement('canvas').getContext('2d');
  ruler.font = labelFont(1);
  const widths = teams.map(x => ruler.measureText(labelOf(x, narrow)).width);
  return Math.ceil(labelGap + Math.max(0, ...widths)) + 4;
}

export function positionOptions({ rounds, total, teams, chosen, narrow, told }) {
  const muted = colourOf('--chart-muted');
  const ink = colourOf('--muted');
  const grid = colourOf('--line');
  const tone = new Map([...chosen].map((team, i) => [team, colourOf(tones[i % tones.length])]));
  const count = teams.length;
  const font = '12px ' + (colourOf('--font') || 'sans-serif');
  return {
    legend: { show: false },
    cursor: {
      drag: { x: false, y: false, setScale: false },
      focus: { prox: 24 },
      points: { size: 9 },
      y: false
    },
    focus: { alpha: 0.35 },
    padding: [10, labelRoom(teams, narrow), 0, 0],
    scales: {
      x: { time: false, range: () => [1, Math.max(2, total)] },
      y: { dir: -1, range: () => [0.5, count + 0.5] }
    },
    axes: [
      {
        font,
        stroke: ink,
        grid: { show: false },
        ticks: { stroke: grid, size: 4 },
        size: 34,
        splits: () =>
          Array.from({ length: total }, (_, i) => i + 1).filter(
            i => i === 1 || i % (narrow ? 10 : 5) === 0 || (i === total && total % 5 !== 1)
          ),
        values: (_, at) => at.map(i => (rounds[i - 1] ? roundLabel(rounds[i - 1].name) : String(i)))
      },
      {
        font,
        stroke: ink,
        grid: { stroke: grid, width: 1 },
        ticks: { show: false },
        size: 30,
        splits: () =>
          Array.from({ length: count }, (_, i) => i + 1).filter(
            i => i === 1 || i === count || i % 4 === 0
          ),
        values: (_, at) => at.map(String)
      }
    ],
    series: [
      {},
      ...teams.map(x => {
        const mine = tone.get(x.team);
        return {
          label: x.name,
          stroke: mine ?? muted,
          width: mine ? 3 : 1.25,
          points: { show: x.positions.length === 1, size: mine ? 7 : 4 }
        };
      })
    ],
    hooks: {
      // The chosen teams' names stand where their lines end.
      draw: [
        u => {
          const { ctx } = u;
          const ratio = devicePixelRatio;
          ctx.save();
          ctx.font = labelFont(ratio);
          ctx.textBaseline = 'middle';
          ctx.textAlign = 'left';
          for (const x of teams) {
            const n = x.positions.length;
            if (!tone.has(x.team) || !n) continue;
            const left = u.valToPos(n, 'x', true);
            const top = u.valToPos(x.positions[n - 1], 'y', true);
            ctx.fillStyle = tone.get(x.team);
            ctx.beginPath();
            ctx.arc(left, top, 4 * ratio, 0, 2 * Math.PI);
            ctx.fill();
            ctx.fillText(labelOf(x, narrow), left + labelGap * ratio, top);
          }
          ctx.restore();
        }
      ],
      setSeries: [(u, index) => told(u, index)],
      setCursor: [
        u => told(u, u.cursor.idx === null || u.cursor.idx === undefined ? null : undefined)
      ]
    }
  };
}

class PositionsChart extends Component {
  constructor(properties) {
    super(properties);
    this.state = { chosen: null, words: '' };
    this.nearest = null;
    this.told = this.told.bind(this);
  }

  /** Called while the pointer moves: says whose line it is near, and where. */
  told(u, index) {
    if (index !== undefined) this.nearest = index;
    const at = u.cursor.idx;
    const x = this.nearest ? this.props.positions.teams[this.nearest - 1] : null;
    const round = this.props.positions.rounds[at];
    const words =
      x && round && x.positions[at]
        ? `${x.name}: ${ordinal(x.positions[at])} after ${round.name}, ` +
          plural(x.points[at], 'point')
        : '';
    if (words !== this.state.words) this.setState({ words });
  }

  chosen() {
    return (
      this.state.chosen ??
      new Set(this.props.positions.teams.slice(0, shownAtFirst).map(x => x.team))
    );
  }

  toggle(team) {
    const chosen = new Set(this.chosen());
    if (!chosen.delete(team)) chosen.add(team);
    this.setState({ chosen });
  }

  render({ positions, where }) {
    const { rounds, teams } = positions;
    const chosen = this.chosen();
    const total = Math.max(positions.season_rounds ?? rounds.length, rounds.length);
    const narrow = innerWidth < 700;
    const order = [...chosen];
    // The chosen lines are drawn last, above the others.
    const sorted = [...teams].sort((x, y) => chosen.has(x.team) - chosen.has(y.team));
    const data = [rounds.map((_, i) => i + 1), ...sorted.map(x => x.positions)];
    this.drawn = sorted;
    const shape = [
      where.league,
      where.season,
      total,
      rounds.length,
      narrow,
      sorted.map(x => x.team),
      order
    ].join('|');
    const told = (u, index) => {
      const team = index ? this.drawn[index - 1] : null;
      this.told(
        u,
        index === undefined ? undefined : team ? positions.teams.indexOf(team) + 1 : null
      );
    };
    return div(
      { class: 'card' },
      el(Chart, {
        name: `Places by round: ${teams
          .slice(0, 3)
          .map((x, i) => `${ordinal(i + 1)} ${x.name}`)
          .join(
            ', '
          )} after ${plural(rounds.length, 'round')}. All numbers are in the table below.`,
        height: narrow ? 380 : 520,
        shape,
        data,
        options: () =>
          positionOptions({ rounds, total, teams: sorted, chosen: new Set(order), narrow, told })
      }),
      p(
        { class: 'chart-words', 'aria-hidden': 'true' },
        this.state.words || 'Point at a line, or choose teams below.'
      ),
      div(
        { class: 'chips', role: 'group', 'aria-label': 'Teams in colour' },
        ...teams.map(x => {
          const at = order.indexOf(x.team);
          return button(
            {
              key: x.team,
              type: 'button',
              class: classes('chip', at >= 0 && 'chosen tone-' + ((at % tones.length) + 1)),
              'aria-pressed': String(at >= 0),
              onClick: () => this.toggle(x.team)
            },
            crest(x.team, x.name, 18),
            span({}, shortName(x.name))
          );
        })
      )
    );
  }
}

export function PositionsPage({ where }) {
  const source = read(leaguePath(where) + 'positions');
  const missing = instead(source, 'the places by round', 12);
  if (missing) return div({}, heading('Positions by round'), missing);
  const { rounds, teams } = source.data;
  if (!rounds.length)
    return div(
      {},
      heading('Positions by round'),
      empty('No round has been played', 'The chart begins with the first result.')
    );
  return div(
    {},
    heading('Positions by round', span({ class: 'quiet' }, `after ${rounds.at(-1).name}`)),
    el(PositionsChart, { positions: source.data, where }),
    details(
      { class: 'card numbers' },
      summary({}, 'The same as a table'),
      scroller(
        'Places by round',
        table(
          { class: 'grid-table' },
          caption({ class: 'unseen' }, 'Place of each team after each round'),
          thead(
            {},
            tr(
              {},
              th({ scope: 'col', class: 'team sticky' }, 'Team'),
              ...rounds.map((x, i) =>
                th(
                  { key: i, scope: 'col', class: 'n' },
                  el('abbr', { title: x.name }, roundLabel(x.name))
                )
              )
            )
          ),
          tbody(
            {},
            ...teams.map(x =>
              tr(
                { key: x.team },
                th({ scope: 'row', class: 'team sticky' }, shortName(x.name)),
                ...x.positions.map((place, i) => td({ key: i, class: 'n' }, place))
              )
            )
          )
        )
      )
    )
  );
}
