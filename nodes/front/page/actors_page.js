// The entities of the cluster: where they are, and what they do.
import {
  button,
  caption,
  classes,
  Component,
  div,
  form,
  input,
  label,
  span,
  table,
  tbody,
  td,
  th,
  thead,
  tr,
  unseen
} from './elements.js';
import { read } from './data.js';
import { absent, empty, instead, scroller } from './pieces.js';
import { duration, number } from './words.js';

export class ActorsPage extends Component {
  constructor(properties) {
    super(properties);
    this.state = { pattern: '', active: false, after: [] };
  }

  url() {
    const query = new URLSearchParams({ limit: '100' });
    const { pattern, active, after } = this.state;
    if (pattern) query.set('pattern', /[*?]/.test(pattern) ? pattern : `*${pattern}*`);
    if (active) query.set('active', 'true');
    if (after.length) query.set('after', after.at(-1));
    return '/v1/cluster/actors?' + query;
  }

  render(_, { pattern, active, after }) {
    const source = read(this.url());
    const found = source.data?.actors ?? [];
    return div(
      {},
      form(
        {
          class: 'toolbar',
          role: 'search',
          onSubmit: event => {
            event.preventDefault();
            this.setState({
              pattern: event.currentTarget.elements.pattern.value.trim(),
              after: []
            });
          }
        },
        label(
          { class: 'field grow' },
          unseen('Address, with * for any text'),
          input({
            name: 'pattern',
            type: 'search',
            placeholder: 'team/*, or a part of an address',
            maxlength: 200,
            autocomplete: 'off'
          })
        ),
        button({ class: 'button', type: 'submit' }, 'Find'),
        label(
          { class: 'check' },
          input({
            type: 'checkbox',
            checked: active,
            onChange: event => this.setState({ active: event.currentTarget.checked, after: [] })
          }),
          ' only in memory'
        )
      ),
      instead(source, 'the actors', 10) ??
        div(
          {},
          ...absent(source.data.unreached, source.data.missing_partitions),
          found.length === 0
            ? empty(
                'No entity is called that',
                pattern ? `Nothing fits ${pattern}.` : 'The cluster has no entities yet.'
              )
            : div(
                { class: 'card flush' },
                scroller(
                  'Actors',
                  table(
                    { class: 'actors' },
                    caption({ class: 'unseen' }, 'Entities by address'),
                    thead(
                      {},
                      tr(
                        {},
                        th({ scope: 'col' }, 'Address'),
                        th({ scope: 'col' }, 'State'),
                        th({ scope: 'col', class: 'n' }, 'Node'),
                        th({ scope: 'col', class: 'n' }, 'Partition'),
                        th({ scope: 'col', class: 'n' }, 'Waiting'),
                        th({ scope: 'col', class: 'n' }, 'Handled'),
                        th({ scope: 'col', class: 'n' }, 'Restarts'),
                        th({ scope: 'col', class: 'n' }, 'Records'),
                        th({ scope: 'col', class: 'n' }, 'Idle')
                      )
                    ),
                    tbody(
                      {},
                      ...found.map(x =>
                        tr(
                          { key: x.address, class: x.passive && 'passive' },
                          th({ scope: 'row', class: 'address' }, x.address),
                          td(
                            {},
                            span(
                              {
                                class: classes(
                                  'tag',
                                  x.passive ? '' : x.state === 'running' ? 'good' : 'under-way'
                                )
                              },
                              x.state
                            )
                          ),
                          td({ class: 'n' }, x.node),
                          td({ class: 'n' }, x.partition),
                          td(
                            { class: classes('n', x.mailbox > 0 && 'plus') },
                            x.passive ? '–' : number(x.mailbox)
                          ),
                          td({ class: 'n' }, x.passive ? '–' : number(x.handled)),
                          td(
                            { class: classes('n', x.restarts > 0 && 'minus') },
                            x.passive ? '–' : x.restarts
                          ),
                          td({ class: 'n' }, number(x.position)),
                          td({ class: 'n' }, x.passive ? '–' : duration(x.idle_ms))
                        )
                      )
                    )
                  )
                ),
                div(
                  { class: 'toolbar pages' },
                  after.length > 0 &&
                    button(
                      {
                        type: 'button',
                        class: 'button',
                        onClick: () => this.setState({ after: after.slice(0, -1) })
                      },
                      'Back'
                    ),
                  source.data.next &&
                    button(
                      {
                        type: 'button',
                        class: 'button',
                        onClick: () => this.setState({ after: [...after, source.data.next] })
                      },
                      'More'
                    )
                )
              )
        )
    );
  }
}
