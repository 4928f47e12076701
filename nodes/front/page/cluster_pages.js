// For operators: nodes and partitions, entities, restarts, dead letters.
import {
  a, button, caption, classes, Component, div, el, form, h2, input, label, li, p, section, span, strong, table, tbody, td, th, thead, tr, ul, unseen
} from './elements.js';
import { Chart, colourOf } from './chart.js';
import { read } from './data.js';
import { navLink, to } from './route.js';
import { empty, heading, instead, notice, scroller, tile } from './pieces.js';
import { bytes, dayAndTime, duration, number, plural } from './words.js';
import { FlowPage, FlowsPage } from './flow_pages.js';

const pages = [['overview', 'Overview'], ['actors', 'Actors'], ['restarts', 'Restarts'], ['dead-letters', 'Dead letters'], ['flows', 'Flows']];

const absent = (unreached, partitions = []) => [
  unreached?.length > 0 && notice('warn', 'Not everybody answers', `Missing is what ${unreached.length === 1 ? 'this node knows' : 'these nodes know'}: ${unreached.join(', ')}.`),
  partitions.length > 0 && notice('warn', 'Partitions without a leader', `Missing is what these partitions have: ${partitions.join(', ')}.`)
];

// -- overview -------------------------------------------------------------------------------------------

/** How far the slowest replica is behind what the leader has committed. */
export function lagOf(partition) {
  const leader = partition.replicas[partition.leader];
  if (!leader)
    return 0;
  return Math.max(0, ...Object.values(partition.replicas).map(x => leader.commit_index - x.applied_index));
}

const sum = (list, what) => list.reduce((total, x) => total + what(x), 0);

function seriesOptions(names, tones) {
  const ink = colourOf('--muted');
  const font = '11px ' + (colourOf('--font') || 'sans-serif');
  return {
    legend: { show: false }, cursor: { show: false }, padding: [10, 18, 0, 0],
    scales: { x: { time: false, range: (_, low, high) => [Math.min(low, high - 30), high] }, y: { range: (_, low, high) => [0, Math.max(5, high * 1.1)] } },
    axes: [
      { font, stroke: ink, grid: { show: false }, ticks: { show: false }, size: 24, values: (u, at) => at.map(x => x === u.scales.x.max ? 'now' : `−${Math.round(u.scales.x.max - x)} s`) },
      { font, stroke: ink, size: 44, grid: { stroke: colourOf('--line') }, ticks: { show: false } }
    ],
    series: [{}, ...names.map((name, i) => ({ label: name, stroke: colourOf(tones[i]), width: 2, fill: colourOf(tones[i]) + '22', points: { show: false } }))]
  };
}

const kept = 150;
const samples = { seconds: [], lag: [], rate: [] };
let lastRecords = null;

/** What two charts show was seen by this page itself, since it was opened. */
function sample(nodes, lag) {
  const now = performance.now() / 1000;
  if (samples.seconds.length && now - samples.seconds.at(-1) < 1)
    return;
  const counted = new Map(nodes.map(x => [x.node, x.counters?.records]).filter(x => x[1] !== undefined));
  let rate = null;
  if (lastRecords) {
    const made = [...counted].reduce((total, [node, n]) => total + Math.max(0, n - (lastRecords.counted.get(node) ?? n)), 0);
    rate = made / (now - lastRecords.at);
  }
  lastRecords = { at: now, counted };
  for (const [list, value] of [[samples.seconds, now], [samples.lag, lag], [samples.rate, rate]]) {
    list.push(value);
    if (list.length > kept)
      list.shift();
  }
}

const roleMark = { leader: 'L', follower: 'F', candidate: 'C', stopped: '×' };

function Overview() {
  const nodes = read('/v1/cluster/nodes');
  const partitions = read('/v1/cluster/partitions');
  const letters = read('/v1/cluster/dead-letters');
  const supervisors = read('/v1/cluster/supervisors');
  const missing = instead(nodes, 'the cluster', 8);
  if (missing)
    return missing;
  const { nodes: up, known } = nodes.data;
  const gone = known.filter(id => !up.some(x => x.node === id));
  const list = partitions.data?.partitions ?? [];
  const lag = Math.max(0, ...list.map(lagOf));
  const leaderless = list.filter(x => x.leader === null);
  if (list.length && nodes.at !== Overview.seen) {
    Overview.seen = nodes.at;
    sample(up, lag);
  }
  const restarts = sum(supervisors.data?.nodes ?? [], x => sum(x.partitions, y => y.restarts + y.entity_restarts));
  const dead = letters.data?.dead_letters.length;
  const ids = [...known].sort((x, y) => x - y);
  const past = samples.seconds.map(x => x - (samples.seconds.at(-1) ?? 0));
  return div({},
    div({ class: 'tiles' },
      tile('Nodes', `${up.length} of ${Math.max(known.length, up.length)}`, gone.length ? 'not all answer' : 'all answer', gone.length ? 'bad' : 'good'),
      tile('Partitions', number(list.length), leaderless.length ? `${leaderless.length} without a leader` : 'all have a leader', leaderless.length ? 'bad' : 'good'),
      tile('Lag', number(lag), 'entries, the slowest replica', lag > 100 ? 'bad' : lag > 10 ? 'warn' : 'good'),
      tile('Restarts', supervisors.data ? number(restarts) : '–', 'since the nodes began', restarts > 0 ? 'warn' : 'good'),
      tile('Dead letters', dead === undefined ? '–' : number(dead) + (letters.data.next ? '+' : ''), dead ? 'set aside' : 'none', dead ? 'bad' : 'good')),
    div({ class: 'nodes' }, ...up.map(x => section({ key: x.node, class: classes('card', 'node', x.unhealthy && 'sick'), 'aria-label': `Node ${x.node}` },
      div({ class: 'node-head' }, h2({}, `Node ${x.node}`), span({ class: classes('tag', x.unhealthy ? 'bad' : x.state === 'active' ? 'good' : 'under-way') }, x.unhealthy ? 'not well' : x.state)),
      x.unhealthy && p({ class: 'bad-words' }, x.unhealthy),
      el('dl', { class: 'facts' }, ...[
        ['Address', x.address], ['Leads', `${x.replicas.filter(y => y.role === 'leader').length} of ${x.replicas.length} replicas`],
        ['Memory', bytes(x.memory_bytes)], ['Disk', bytes(x.disk_bytes)], ['Up for', duration(x.uptime_ms)],
        ['Records', x.counters?.records === undefined ? '–' : number(x.counters.records)],
        ['Connected to', x.connected.length ? x.connected.join(', ') : 'nobody'], ['Version', x.version]
      ].flatMap(([name, value]) => [el('dt', { key: name }, name), el('dd', { key: name + '/' }, value)])))),
    ...gone.map(id => section({ key: 'gone' + id, class: 'card node sick', 'aria-label': `Node ${id}` },
      div({ class: 'node-head' }, h2({}, `Node ${id}`), span({ class: 'tag bad' }, 'does not answer')),
      p({ class: 'quiet' }, 'It is known to the cluster. Partitions go on while a majority of their replicas is there.')))),
    div({ class: 'two' },
      section({ class: 'card' }, h2({}, 'Records a second'),
        el(Chart, { name: 'Records a second while this page is open', height: 150, shape: 'rate', data: [past, samples.rate], options: () => seriesOptions(['Records'], ['--accent']) })),
      section({ class: 'card' }, h2({}, 'Lag'),
        el(Chart, { name: `Lag while this page is open, now ${lag}`, height: 150, shape: 'lag', data: [past, samples.lag], options: () => seriesOptions(['Lag'], ['--line-2']) }))),
    section({ class: 'card flush' }, h2({ class: 'inset' }, 'Partitions'),
      instead(partitions, 'the partitions', 6) ?? scroller('Partitions', table({ class: 'partitions' },
        caption({ class: 'unseen' }, 'Partitions by node'),
        thead({}, tr({}, th({ scope: 'col', class: 'n' }, 'Partition'), th({ scope: 'col', class: 'n' }, 'Leader'), th({ scope: 'col', class: 'n' }, 'Term'),
          ...ids.map(id => th({ key: id, scope: 'col', class: 'mid' }, `Node ${id}`)), th({ scope: 'col', class: 'n' }, 'Committed'), th({ scope: 'col', class: 'n' }, 'Lag'), th({ scope: 'col', class: 'n' }, 'Log'))),
        tbody({}, ...list.map(x => {
          const all = Object.values(x.replicas);
          const leader = x.replicas[x.leader] ?? all[0];
          const behind = lagOf(x);
          return tr({ key: x.partition, class: x.leader === null && 'sick-row' },
            th({ scope: 'row', class: 'n' }, x.partition), td({ class: 'n' }, x.leader ?? 'none'), td({ class: 'n' }, leader?.term ?? '–'),
            ...ids.map(id => {
              const replica = x.replicas[id];
              const words = !replica ? 'no replica' : replica.failure || (replica.installing ? replica.role + ', fetching the content' : replica.role);
              return td({ key: id, class: 'mid' }, replica
                ? span({ class: classes('role', replica.role, replica.installing && 'installing', replica.failure && 'failed'), title: words }, span({ 'aria-hidden': 'true' }, roleMark[replica.role] ?? '?'), unseen(words))
                : span({ class: 'quiet' }, unseen('no replica'), span({ 'aria-hidden': 'true' }, '–')));
            }),
            td({ class: 'n' }, number(leader?.commit_index ?? 0)), td({ class: classes('n', behind > 10 && 'minus') }, number(behind)), td({ class: 'n' }, bytes(leader?.log_bytes ?? 0)));
        })))),
      p({ class: 'legend' }, span({}, span({ class: 'role leader', 'aria-hidden': 'true' }, 'L'), ' leads'), span({}, span({ class: 'role follower', 'aria-hidden': 'true' }, 'F'), ' follows'),
        span({}, span({ class: 'role candidate', 'aria-hidden': 'true' }, 'C'), ' stands for election'), span({}, span({ class: 'role follower installing', 'aria-hidden': 'true' }, 'F'), ' fetches the content'))));
}

// -- actors -----------------------------------------------------------------------------------------------

class Actors extends Component {
  constructor(properties) {
    super(properties);
    this.state = { pattern: '', active: false, after: [] };
  }

  url() {
    const query = new URLSearchParams({ limit: '100' });
    const { pattern, active, after } = this.state;
    if (pattern)
      query.set('pattern', /[*?]/.test(pattern) ? pattern : `*${pattern}*`);
    if (active)
      query.set('active', 'true');
    if (after.length)
      query.set('after', after.at(-1));
    return '/v1/cluster/actors?' + query;
  }

  render(_, { pattern, active, after }) {
    const source = read(this.url());
    const found = source.data?.actors ?? [];
    return div({},
      form({ class: 'toolbar', role: 'search', onSubmit: event => {
        event.preventDefault();
        this.setState({ pattern: event.currentTarget.elements.pattern.value.trim(), after: [] });
      } },
      label({ class: 'field grow' }, unseen('Address, with * for any text'),
        input({ name: 'pattern', type: 'search', placeholder: 'team/*, or a part of an address', maxlength: 200, autocomplete: 'off' })),
      button({ class: 'button', type: 'submit' }, 'Find'),
      label({ class: 'check' }, input({ type: 'checkbox', checked: active, onChange: event => this.setState({ active: event.currentTarget.checked, after: [] }) }), ' only in memory')),
      instead(source, 'the actors', 10) ?? div({},
        ...absent(source.data.unreached, source.data.missing_partitions),
        found.length === 0
          ? empty('No entity is called that', pattern ? `Nothing fits ${pattern}.` : 'The cluster has no entities yet.')
          : div({ class: 'card flush' }, scroller('Actors', table({ class: 'actors' },
            caption({ class: 'unseen' }, 'Entities by address'),
            thead({}, tr({}, th({ scope: 'col' }, 'Address'), th({ scope: 'col' }, 'State'), th({ scope: 'col', class: 'n' }, 'Node'), th({ scope: 'col', class: 'n' }, 'Partition'),
              th({ scope: 'col', class: 'n' }, 'Waiting'), th({ scope: 'col', class: 'n' }, 'Handled'), th({ scope: 'col', class: 'n' }, 'Restarts'), th({ scope: 'col', class: 'n' }, 'Records'), th({ scope: 'col', class: 'n' }, 'Idle'))),
            tbody({}, ...found.map(x => tr({ key: x.address, class: x.passive && 'passive' },
              th({ scope: 'row', class: 'address' }, x.address),
              td({}, span({ class: classes('tag', x.passive ? '' : x.state === 'running' ? 'good' : 'under-way') }, x.state)),
              td({ class: 'n' }, x.node), td({ class: 'n' }, x.partition), td({ class: classes('n', x.mailbox > 0 && 'plus') }, x.passive ? '–' : number(x.mailbox)),
              td({ class: 'n' }, x.passive ? '–' : number(x.handled)), td({ class: classes('n', x.restarts > 0 && 'minus') }, x.passive ? '–' : x.restarts),
              td({ class: 'n' }, number(x.position)), td({ class: 'n' }, x.passive ? '–' : duration(x.idle_ms))))))),
          div({ class: 'toolbar pages' },
            after.length > 0 && button({ type: 'button', class: 'button', onClick: () => this.setState({ after: after.slice(0, -1) }) }, 'Back'),
            source.data.next && button({ type: 'button', class: 'button', onClick: () => this.setState({ after: [...after, source.data.next] }) }, 'More')))));
  }
}

// -- restarts -----------------------------------------------------------------------------------------------

function Restarts() {
  const source = read('/v1/cluster/supervisors');
  const missing = instead(source, 'the supervisors', 8);
  if (missing)
    return missing;
  const { nodes, unreached } = source.data;
  const failures = nodes.flatMap(x => x.last_failures.map(y => ({ ...y, node: x.node }))).sort((x, y) => y.time_ms - x.time_ms);
  return div({}, ...absent(unreached),
    section({ class: 'card' }, h2({}, 'Last failures'), failures.length
      ? ul({ class: 'plain failures' }, ...failures.map((x, i) => li({ key: i }, span({ class: 'quiet' }, `${dayAndTime(x.time_ms)} · node ${x.node}`),
        strong({ class: 'address' }, x.address || `partition ${x.partition}`), p({ class: 'bad-words' }, x.cause))))
      : p({ class: 'quiet' }, 'Nothing failed since the nodes began.')),
    div({ class: 'nodes' }, ...nodes.map(x => section({ key: x.node, class: 'card', 'aria-label': `Supervisor of node ${x.node}` },
      div({ class: 'node-head' }, h2({}, `Node ${x.node}`), span({ class: classes('tag', x.failures ? 'bad' : 'good') }, plural(x.failures, 'failure'))),
      x.partitions.length
        ? ul({ class: 'tree' }, ...x.partitions.map(y => li({ key: y.partition },
          span({ class: 'branch' }, strong({}, `Partition ${y.partition}`), !y.running && span({ class: 'tag bad' }, 'not running'),
            span({ class: 'quiet' }, `up for ${duration(y.up_ms)}`), (y.restarts > 0) && span({ class: 'tag bad' }, `restarted ${y.restarts} ×`)),
          ul({}, ...y.kinds.map(z => li({ key: z.kind }, `${number(z.active)} ${z.kind}`, z.restarts > 0 && span({ class: 'tag bad' }, `restarted ${z.restarts} ×`)))))))
        : p({ class: 'quiet' }, 'It leads no partition.')))));
}

// -- dead letters ---------------------------------------------------------------------------------------------

function DeadLetters() {
  const source = read('/v1/cluster/dead-letters');
  const missing = instead(source, 'the dead letters', 6);
  if (missing)
    return missing;
  const letters = source.data.dead_letters;
  if (!letters.length)
    return empty('No dead letters', 'Every message was handled, or still waits for its receiver.');
  return div({},
    p({ class: 'quiet' }, 'Messages whose handler failed again and again. The shell shows each with its content and sends it again or drops it: dead-letters show, retry, drop.'),
    ul({ class: 'letters' }, ...letters.map(x => li({ key: x.id, class: 'card letter' },
      div({ class: 'node-head' }, h2({ class: 'address' }, x.id), span({ class: 'tag bad' }, plural(x.attempts, 'attempt'))),
      p({}, strong({}, x.message), ' from ', span({ class: 'address' }, x.from || 'outside'), ' to ', span({ class: 'address' }, x.to)),
      p({ class: 'bad-words' }, x.error),
      x.flow && a({ class: 'more', href: to('cluster', 'flows', x.flow) }, `The flow ${x.flow}`)))),
    source.data.next && p({ class: 'quiet' }, 'There are more; the shell lists all of them.'));
}

// -- all of them ------------------------------------------------------------------------------------------------

export function ClusterPage({ where }) {
  const body = { overview: Overview, actors: Actors, restarts: Restarts, 'dead-letters': DeadLetters }[where.page];
  const isFlow = where.page === 'flows' && where.rest[0];
  return div({ class: 'cluster-page' },
    heading('Cluster'),
    el('nav', { class: 'tabs', 'aria-label': 'Cluster' }, ...pages.map(([x, words]) => navLink(to('cluster', x), x === where.page, words))),
    isFlow ? el(FlowPage, { id: where.rest[0], key: where.rest[0] }) : where.page === 'flows' ? el(FlowsPage, {}) : el(body ?? Overview, { key: where.page }));
}
