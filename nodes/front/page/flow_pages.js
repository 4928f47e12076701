// Flows, and one drawn as a sequence between the actors that took part in it.
import {
  a,
  button,
  caption,
  circle,
  classes,
  div,
  el,
  form,
  g,
  h2,
  input,
  label,
  li,
  line,
  ol,
  p,
  path,
  section,
  span,
  strong,
  svg,
  table,
  tbody,
  td,
  text,
  th,
  thead,
  title,
  tr,
  unseen
} from './elements.js';
import { read } from './data.js';
import { to } from './route.js';
import { empty, instead, scroller, tile } from './pieces.js';
import { dayAndTime, number, plural } from './words.js';

const findFlow = event => {
  event.preventDefault();
  const id = event.currentTarget.elements.flow.value.trim();
  if (id) location.hash = to('cluster', 'flows', id);
};

const finder = () =>
  form(
    { class: 'toolbar', role: 'search', onSubmit: findFlow },
    label(
      { class: 'field grow' },
      unseen('Id of a flow'),
      input({
        name: 'flow',
        type: 'search',
        placeholder: 'Id of a flow: that of the command that began it',
        maxlength: 128,
        autocomplete: 'off'
      })
    ),
    button({ class: 'button', type: 'submit' }, 'Draw it')
  );

const stateTag = state =>
  span(
    { class: classes('tag', { completed: 'good', running: 'under-way', overdue: 'bad' }[state]) },
    state
  );

export function FlowsPage() {
  const source = read('/v1/cluster/flows?limit=50');
  const over = read('/v1/cluster/flows?limit=50&state=completed').data?.flows ?? [];
  const missing = instead(source, 'the flows', 8);
  if (missing) return div({}, finder(), missing);
  const counts = Object.entries(source.data.counts);
  const total = what => counts.reduce((n, [, x]) => n + x[what], 0);
  const list = [...source.data.flows, ...over.filter(x => !x.lost.length)];
  return div(
    {},
    finder(),
    div(
      { class: 'tiles' },
      tile('Completed', number(total('completed')), 'flows'),
      tile('Running', number(total('running')), 'flows'),
      tile(
        'Overdue',
        number(total('overdue')),
        'beyond their deadline',
        total('overdue') ? 'bad' : 'good'
      ),
      tile(
        'Lost a step',
        number(total('lost_a_step')),
        'to a dead letter',
        total('lost_a_step') ? 'bad' : 'good'
      )
    ),
    list.length === 0
      ? empty('No flows', 'Nothing was asked of the league yet.')
      : div(
          { class: 'card flush' },
          table(
            { class: 'flows' },
            caption({ class: 'unseen' }, 'Flows, the newest first'),
            thead(
              {},
              tr(
                {},
                th({ scope: 'col' }, 'Flow'),
                th({ scope: 'col' }, 'State'),
                th({ scope: 'col', class: 'wide' }, 'Began'),
                th({ scope: 'col', class: 'wide' }, 'Waits for')
              )
            ),
            tbody(
              {},
              ...list.map(x =>
                tr(
                  { key: x.id },
                  th(
                    { scope: 'row' },
                    a({ href: to('cluster', 'flows', x.id) }, x.flow),
                    span({ class: 'reference address' }, x.id)
                  ),
                  td({}, stateTag(x.state)),
                  td({ class: 'wide' }, dayAndTime(x.began_ms)),
                  td(
                    { class: 'wide' },
                    x.waits_for.map(y => `${y.message} to ${y.to}`).join(', ') || '–'
                  )
                )
              )
            )
          )
        )
  );
}

// -- one flow -------------------------------------------------------------------------------------

const outside = 'outside';

/** What is drawn: the columns in the order in which they come up, and the arrows. */
export function sequenceOf(flow) {
  const columns = [];
  const place = name => {
    const at = columns.indexOf(name || outside);
    return at >= 0 ? at : columns.push(name || outside) - 1;
  };
  const arrows = flow.steps.map(x => ({
    from: place(x.from),
    to: place(x.at),
    message: x.message,
    when: x.handled_ms - flow.began_ms,
    node: x.node,
    kind: x.dead_letter ? 'dead' : 'handled',
    words: x.dead_letter ? `set aside as dead letter ${x.dead_letter}` : ''
  }));
  // A dead letter that a step stands for is not drawn again as one that waits.
  const drawn = new Set(flow.steps.map(x => x.dead_letter).filter(Boolean));
  for (const x of flow.waits_for)
    if (!drawn.has(x.dead_letter))
      arrows.push({
        from: null,
        to: place(x.to),
        message: x.message,
        when: null,
        node: '',
        kind: x.dead_letter ? 'dead' : 'waits',
        words: x.dead_letter ? `set aside as dead letter ${x.dead_letter}` : 'still waits'
      });
  for (const x of flow.lost)
    arrows.push({
      from: null,
      to: place(x.to),
      message: x.message,
      when: null,
      node: '',
      kind: 'lost',
      words: `lost with dead letter ${x.dead_letter}`
    });
  return { columns, arrows };
}

const rowHeight = 46;
const headHeight = 62;
/** Where there is room, and on a phone. */
const roomy = { column: 168, margin: 84, times: 84, letters: 24 };
const tight = { column: 136, margin: 68, times: 58, letters: 18 };

/** An address in two lines: what it is, and which one. */
const twoLines = (address, letters) => {
  const slash = address.indexOf('/');
  const cut = x => (x.length > letters ? x.slice(0, letters - 1) + '…' : x);
  return slash < 0
    ? [cut(address), '']
    : [cut(address.slice(0, slash)), cut(address.slice(slash + 1))];
};

function Sequence({ flow }) {
  const { columns, arrows } = sequenceOf(flow);
  const { column: columnWidth, margin, times, letters } = innerWidth < 700 ? tight : roomy;
  const x = column => times + margin + column * columnWidth;
  const width = times + 2 * margin + Math.max(0, columns.length - 1) * columnWidth;
  const height = headHeight + (arrows.length + 0.6) * rowHeight;
  const y = row => headHeight + (row + 0.85) * rowHeight;
  const arrow = (one, row) => {
    const right = x(one.to);
    const left = one.from === null ? right - margin * 0.7 : x(one.from);
    const top = y(row);
    const back = right < left;
    const mark = { dead: '×', lost: '×', waits: '?' }[one.kind];
    const gap = mark ? 14 : 5;
    const tip = back ? right + gap : right - gap;
    const own = left === right;
    const shape = own ? `M${left} ${top - 8}h34v16h-29` : `M${left} ${top}H${tip}`;
    const middle = own ? left + 40 : (left + right) / 2;
    return g(
      { key: row, class: 'arrow ' + one.kind },
      title({}, `${one.message} ${one.words}`),
      text(
        { class: 'at', x: times - 10, y: top + 1, 'text-anchor': 'end' },
        one.when === null ? '' : `+${number(one.when)} ms`
      ),
      text({ class: 'at node', x: times - 10, y: top + 15, 'text-anchor': 'end' }, one.node),
      path({ d: shape, fill: 'none' }),
      mark
        ? text(
            {
              class: 'mark-text',
              x: back ? right + 8 : right - 8,
              y: top + 6,
              'text-anchor': 'middle'
            },
            mark
          )
        : path({
            class: 'head',
            d:
              own || back
                ? `M${right + 3} ${top + (own ? 8 : 0)}l9 -4.5v9z`
                : `M${right - 3} ${top}l-9 -4.5v9z`
          }),
      circle({ cx: left, cy: own ? top - 8 : top, r: 3 }),
      text(
        {
          class: 'message',
          x: middle,
          y: own ? top + 3 : top - 8,
          'text-anchor': own ? 'start' : 'middle'
        },
        one.message
      )
    );
  };
  return svg(
    { class: 'sequence', width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    ...columns.map((name, i) => {
      const [kind, key] = twoLines(name, letters);
      return g(
        { key: name },
        line({ class: 'life', x1: x(i), x2: x(i), y1: headHeight - 8, y2: height - 6 }),
        title({}, name),
        el('rect', {
          class: 'actor',
          x: x(i) - margin + 6,
          y: 6,
          width: 2 * margin - 12,
          height: 44,
          rx: 8
        }),
        text({ class: 'actor-kind', x: x(i), y: key ? 24 : 32, 'text-anchor': 'middle' }, kind),
        text({ class: 'actor-key', x: x(i), y: 40, 'text-anchor': 'middle' }, key)
      );
    }),
    ...arrows.map(arrow)
  );
}

export function FlowPage({ id }) {
  const source = read('/v1/flows/' + encodeURIComponent(id));
  const missing = instead(source, 'the flow', 6);
  if (missing) return div({}, finder(), missing);
  const flow = source.data;
  const { columns, arrows } = sequenceOf(flow);
  return div(
    {},
    finder(),
    section(
      { class: 'card flow' },
      div({ class: 'node-head' }, h2({ class: 'address' }, flow.message), stateTag(flow.state)),
      p(
        { class: 'quiet' },
        span({ class: 'address' }, flow.id),
        ` · began ${dayAndTime(flow.began_ms)} · ${plural(flow.handled, 'message')} handled`,
        flow.state === 'completed' ? ` in ${number(flow.ended_ms - flow.began_ms)} ms` : ''
      ),
      scroller('The flow as a sequence; the list below says the same', el(Sequence, { flow }))
    ),
    section(
      { class: 'card' },
      h2({}, 'Step by step'),
      ol(
        { class: 'steps' },
        ...arrows.map((x, i) =>
          li(
            { key: i, class: x.kind },
            strong({}, x.message),
            ' ',
            x.from === null ? '' : [span({ class: 'address' }, columns[x.from]), ' → '],
            span({ class: 'address' }, columns[x.to]),
            span(
              { class: 'quiet' },
              x.when === null ? '' : ` after ${number(x.when)} ms${x.node ? ` on ${x.node}` : ''}`
            ),
            x.words && span({ class: 'bad-words' }, ` ${x.words}`)
          )
        )
      )
    )
  );
}
