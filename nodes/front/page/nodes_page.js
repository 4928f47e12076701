// Nodes and partitions: who is there, who leads, how far the others are.
import {
  caption,
  classes,
  div,
  el,
  h2,
  p,
  section,
  span,
  table,
  tbody,
  td,
  th,
  thead,
  tr,
  unseen
} from './elements.js';
import { Chart, colourOf } from './chart.js';
import { read } from './data.js';
import { instead, scroller, tile } from './pieces.js';
import { bytes, duration, number } from './words.js';

/** How far the slowest replica is behind what the leader has committed. */
export function lagOf(partition) {
  const leader = partition.replicas[partition.leader];
  if (!leader) return 0;
  return Math.max(
    0,
    ...Object.values(partition.replicas).map(x => leader.commit_index - x.applied_index)
  );
}

const sum = (list, what) => list.reduce((total, x) => total + what(x), 0);

function seriesOptions(names, tones) {
  const ink = colourOf('--muted');
  const font = '11px ' + (colourOf('--font') || 'sans-serif');
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 18, 0, 0],
    scales: {
      x: { time: false, range: (_, low, high) => [Math.min(low, high - 30), high] },
      y: { range: (_, low, high) => [0, Math.max(5, high * 1.1)] }
    },
    axes: [
      {
        font,
        stroke: ink,
        grid: { show: false },
        ticks: { show: false },
        size: 32,
        gap: 10,
        values: (u, at) =>
          at.map(x => (x === u.scales.x.max ? 'now' : `−${Math.round(u.scales.x.max - x)} s`))
      },
      { font, stroke: ink, size: 44, grid: { stroke: colourOf('--line') }, ticks: { show: false } }
    ],
    series: [
      {},
      ...names.map((name, i) => ({
        label: name,
        stroke: colourOf(tones[i]),
        width: 2,
        fill: colourOf(tones[i]) + '22',
        points: { show: false }
      }))
    ]
  };
}

const kept = 150;
const samples = { seconds: [], lag: [], rate: [] };
let lastRecords = null;

/** What two charts show was seen by this page itself, since it was opened. */
function sample(nodes, lag) {
  const now = performance.now() / 1000;
  if (samples.seconds.length && now - samples.seconds.at(-1) < 1) return;
  const counted = new Map(
    nodes.map(x => [x.node, x.counters?.records]).filter(x => x[1] !== undefined)
  );
  let rate = null;
  if (lastRecords) {
    const made = [...counted].reduce(
      (total, [node, n]) => total + Math.max(0, n - (lastRecords.counted.get(node) ?? n)),
      0
    );
    rate = made / (now - lastRecords.at);
  }
  lastRecords = { at: now, counted };
  for (const [list, value] of [
    [samples.seconds, now],
    [samples.lag, lag],
    [samples.rate, rate]
  ]) {
    list.push(value);
    if (list.length > kept) list.shift();
  }
}

const isLeader = replica => replica.role === 'leader';

const roleMark = { leader: 'L', follower: 'F', candidate: 'C', stopped: '×' };

export function NodesPage() {
  const nodes = read('/v1/cluster/nodes');
  const partitions = read('/v1/cluster/partitions');
  const letters = read('/v1/cluster/dead-letters');
  const supervisors = read('/v1/cluster/supervisors');
  const missing = instead(nodes, 'the cluster', 8);
  if (missing) return missing;
  const { nodes: up, known } = nodes.data;
  const gone = known.filter(id => !up.some(x => x.node === id));
  const list = partitions.data?.partitions ?? [];
  const lag = Math.max(0, ...list.map(lagOf));
  const leaderless = list.filter(x => x.leader === null);
  if (list.length && nodes.at !== NodesPage.seen) {
    NodesPage.seen = nodes.at;
    sample(up, lag);
  }
  const restarts = sum(supervisors.data?.nodes ?? [], x =>
    sum(x.partitions, y => y.restarts + y.entity_restarts)
  );
  const dead = letters.data?.dead_letters.length;
  const ids = [...known].sort((x, y) => x - y);
  const past = samples.seconds.map(x => x - (samples.seconds.at(-1) ?? 0));
  return div(
    {},
    div(
      { class: 'tiles' },
      tile(
        'Nodes',
        `${up.length} of ${Math.max(known.length, up.length)}`,
        gone.length ? 'not all answer' : 'all answer',
        gone.length ? 'bad' : 'good'
      ),
      tile(
        'Partitions',
        number(list.length),
        leaderless.length ? `${leaderless.length} without a leader` : 'all have a leader',
        leaderless.length ? 'bad' : 'good'
      ),
      tile(
        'Lag',
        number(lag),
        'entries, the slowest replica',
        lag > 100 ? 'bad' : lag > 10 ? 'warn' : 'good'
      ),
      tile(
        'Restarts',
        supervisors.data ? number(restarts) : '–',
        'since the nodes began',
        restarts > 0 ? 'warn' : 'good'
      ),
      tile(
        'Dead letters',
        dead === undefined ? '–' : number(dead) + (letters.data.next ? '+' : ''),
        dead ? 'set aside' : 'none',
        dead ? 'bad' : 'good'
      )
    ),
    div(
      { class: 'nodes' },
      ...up.map(x =>
        section(
          {
            key: x.node,
            class: classes('card', 'node', x.unhealthy && 'sick'),
            'aria-label': `Node ${x.node}`
          },
          div(
            { class: 'node-head' },
            h2({}, `Node ${x.node}`),
            span(
              {
                class: classes(
                  'tag',
                  x.unhealthy ? 'bad' : x.state === 'active' ? 'good' : 'under-way'
                )
              },
              x.unhealthy ? 'not well' : x.state
            )
          ),
          x.unhealthy && p({ class: 'bad-words' }, x.unhealthy),
          el(
            'dl',
            { class: 'facts' },
            ...[
              ['Address', x.address],
              ['Leads', `${x.replicas.filter(isLeader).length} of ${x.replicas.length} replicas`],
              ['Memory', bytes(x.memory_bytes)],
              ['Disk', bytes(x.disk_bytes)],
              ['Up for', duration(x.uptime_ms)],
              ['Records', x.counters?.records === undefined ? '–' : number(x.counters.records)],
              ['Connected to', [...x.connected].sort((y, z) => y - z).join(', ') || 'nobody'],
              ['Version', x.version]
            ].flatMap(([name, value]) => [
              el('dt', { key: name }, name),
              el('dd', { key: name + '/' }, value)
            ])
          )
        )
      ),
      ...gone.map(id =>
        section(
          { key: 'gone' + id, class: 'card node sick', 'aria-label': `Node ${id}` },
          div(
            { class: 'node-head' },
            h2({}, `Node ${id}`),
            span({ class: 'tag bad' }, 'does not answer')
          ),
          p(
            { class: 'quiet' },
            'It is known to the cluster. ' +
              'Partitions go on while a majority of their replicas is there.'
          )
        )
      )
    ),
    div(
      { class: 'two' },
      section(
        { class: 'card' },
        h2({}, 'Records a second'),
        el(Chart, {
          name: 'Records a second while this page is open',
          height: 150,
          shape: 'rate',
          data: [past, samples.rate],
          options: () => seriesOptions(['Records'], ['--accent'])
        })
      ),
      section(
        { class: 'card' },
        h2({}, 'Lag'),
        el(Chart, {
          name: `Lag while this page is open, now ${lag}`,
          height: 150,
          shape: 'lag',
          data: [past, samples.lag],
          options: () => seriesOptions(['Lag'], ['--line-2'])
        })
      )
    ),
    section(
      { class: 'card flush' },
      h2({ class: 'inset' }, 'Partitions'),
      instead(partitions, 'the partitions', 6) ??
        scroller(
          'Partitions',
          table(
            { class: 'partitions' },
            caption({ class: 'unseen' }, 'Partitions by node'),
            thead(
              {},
              tr(
                {},
                th({ scope: 'col', class: 'n' }, 'Partition'),
                th({ scope: 'col', class: 'n' }, 'Leader'),
                th({ scope: 'col', class: 'n' }, 'Term'),
                ...ids.map(id => th({ key: id, scope: 'col', class: 'mid' }, `Node ${id}`)),
                th({ scope: 'col', class: 'n' }, 'Committed'),
                th({ scope: 'col', class: 'n' }, 'Lag'),
                th({ scope: 'col', class: 'n' }, 'Log')
              )
            ),
            tbody(
              {},
              ...list.map(x => {
                const all = Object.values(x.replicas);
                const leader = x.replicas[x.leader] ?? all[0];
                const behind = lagOf(x);
                return tr(
                  { key: x.partition, class: x.leader === null && 'sick-row' },
                  th({ scope: 'row', class: 'n' }, x.partition),
                  td({ class: 'n' }, x.leader ?? 'none'),
                  td({ class: 'n' }, leader?.term ?? '–'),
                  ...ids.map(id => {
                    const replica = x.replicas[id];
                    const words = !replica
                      ? 'no replica'
                      : replica.failure ||
                        (replica.installing
                          ? replica.role + ', fetching the content'
                          : replica.role);
                    return td(
                      { key: id, class: 'mid' },
                      replica
                        ? span(
                            {
                              class: classes(
                                'role',
                                replica.role,
                                replica.installing && 'installing',
                                replica.failure && 'failed'
                              ),
                              title: words
                            },
                            span({ 'aria-hidden': 'true' }, roleMark[replica.role] ?? '?'),
                            unseen(words)
                          )
                        : span(
                            { class: 'quiet' },
                            unseen('no replica'),
                            span({ 'aria-hidden': 'true' }, '–')
                          )
                    );
                  }),
                  td({ class: 'n' }, number(leader?.commit_index ?? 0)),
                  td({ class: classes('n', behind > 10 && 'minus') }, number(behind)),
                  td({ class: 'n' }, bytes(leader?.log_bytes ?? 0))
                );
              })
            )
          )
        ),
      p(
        { class: 'legend' },
        span({}, span({ class: 'role leader', 'aria-hidden': 'true' }, 'L'), ' leads'),
        span({}, span({ class: 'role follower', 'aria-hidden': 'true' }, 'F'), ' follows'),
        span(
          {},
          span({ class: 'role candidate', 'aria-hidden': 'true' }, 'C'),
          ' stands for election'
        ),
        span(
          {},
          span({ class: 'role follower installing', 'aria-hidden': 'true' }, 'F'),
          ' fetches the content'
        )
      )
    )
  );
}
