// Supervisors: what they restarted, and why.
import { classes, div, h2, li, p, section, span, strong, ul } from './elements.js';
import { read } from './data.js';
import { absent, instead } from './pieces.js';
import { dayAndTime, duration, number, plural } from './words.js';

export function RestartsPage() {
  const source = read('/v1/cluster/supervisors');
  const missing = instead(source, 'the supervisors', 8);
  if (missing) return missing;
  const { nodes, unreached } = source.data;
  const failures = nodes
    .flatMap(x => x.last_failures.map(y => ({ ...y, node: x.node })))
    .sort((x, y) => y.time_ms - x.time_ms);
  return div(
    {},
    ...absent(unreached),
    section(
      { class: 'card' },
      h2({}, 'Last failures'),
      failures.length
        ? ul(
            { class: 'plain failures' },
            ...failures.map((x, i) =>
              li(
                { key: i },
                span({ class: 'quiet' }, `${dayAndTime(x.time_ms)} · node ${x.node}`),
                strong({ class: 'address' }, x.address || `partition ${x.partition}`),
                p({ class: 'bad-words' }, x.cause)
              )
            )
          )
        : p({ class: 'quiet' }, 'Nothing failed since the nodes began.')
    ),
    div(
      { class: 'nodes' },
      ...nodes.map(x =>
        section(
          { key: x.node, class: 'card', 'aria-label': `Supervisor of node ${x.node}` },
          div(
            { class: 'node-head' },
            h2({}, `Node ${x.node}`),
            span(
              { class: classes('tag', x.failures ? 'bad' : 'good') },
              plural(x.failures, 'failure')
            )
          ),
          x.partitions.length
            ? ul(
                { class: 'tree' },
                ...x.partitions.map(y =>
                  li(
                    { key: y.partition },
                    span(
                      { class: 'branch' },
                      strong({}, `Partition ${y.partition}`),
                      !y.running && span({ class: 'tag bad' }, 'not running'),
                      span({ class: 'quiet' }, `up for ${duration(y.up_ms)}`),
                      y.restarts > 0 && span({ class: 'tag bad' }, `restarted ${y.restarts} ×`)
                    ),
                    ul(
                      {},
                      ...y.kinds.map(z =>
                        li(
                          { key: z.kind },
                          `${number(z.active)} ${z.kind}`,
                          z.restarts > 0 && span({ class: 'tag bad' }, `restarted ${z.restarts} ×`)
                        )
                      )
                    )
                  )
                )
              )
            : p({ class: 'quiet' }, 'It leads no partition.')
        )
      )
    )
  );
}
