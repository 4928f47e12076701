// Messages that were set aside.
import { a, div, h2, li, p, span, strong, ul } from './elements.js';
import { read } from './data.js';
import { to } from './route.js';
import { empty, instead } from './pieces.js';
import { plural } from './words.js';

export function DeadLettersPage() {
  const source = read('/v1/cluster/dead-letters');
  const missing = instead(source, 'the dead letters', 6);
  if (missing) return missing;
  const letters = source.data.dead_letters;
  if (!letters.length)
    return empty('No dead letters', 'Every message was handled, or still waits for its receiver.');
  return div(
    {},
    p(
      { class: 'quiet' },
      'Messages whose handler failed again and again. The shell shows each with its content and ' +
        'sends it again or drops it: dead-letters show, retry, drop.'
    ),
    ul(
      { class: 'letters' },
      ...letters.map(x =>
        li(
          { key: x.id, class: 'card letter' },
          div(
            { class: 'node-head' },
            h2({ class: 'address' }, x.id),
            span({ class: 'tag bad' }, plural(x.attempts, 'attempt'))
          ),
          p(
            {},
            strong({}, x.message),
            ' from ',
            span({ class: 'address' }, x.from || 'outside'),
            ' to ',
            span({ class: 'address' }, x.to)
          ),
          p({ class: 'bad-words' }, x.error),
          x.flow && a({ class: 'more', href: to('cluster', 'flows', x.flow) }, `The flow ${x.flow}`)
        )
      )
    ),
    source.data.next && p({ class: 'quiet' }, 'There are more; the shell lists all of them.')
  );
}
