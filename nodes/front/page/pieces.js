// What several pages are made of.
import {
  classes,
  div,
  el,
  h1,
  h2,
  p,
  path,
  rect,
  section,
  span,
  strong,
  svg,
  text,
  unseen,
  button,
  a
} from './elements.js';
import { holder } from './account.js';
import { initials, number } from './words.js';

/** A drawing of 24 by 24, of lines. */
export const icon = (...lines) =>
  svg(
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    ...lines.map(d => path({ d }))
  );

/** The heading that a page begins with; gets the focus when one goes there. */
export const heading = (words, ...beside) =>
  div({ class: 'heading' }, h1({ tabindex: '-1', id: 'heading' }, words), ...beside);

export const card = (name, ...children) =>
  section({ class: 'card', 'aria-label': name }, h2({}, name), ...children);

// -- loading, failing, empty ----------------------------------------------------------------------

export const notice = (kind, title, sentence, ...more) =>
  div(
    { class: classes('notice', kind), role: kind === 'bad' ? 'alert' : undefined },
    strong({}, title),
    p({}, sentence),
    ...more
  );

export const empty = (title, sentence, ...more) => notice('empty', title, sentence, ...more);

const bars = count =>
  div(
    { class: 'bars', 'aria-hidden': 'true' },
    ...Array.from({ length: count }, (_, i) => div({ class: 'bar', key: i }))
  );

/** In place of what is not there: why, or that it is coming. Null when there is data. */
export function instead(source, what, rows = 8) {
  if (source.data) return null;
  const why = source.problem;
  if (!why)
    return div({ class: 'loading', role: 'status' }, unseen(`Loading ${what}…`), bars(rows));
  if (why.status === 401)
    return notice(
      'sign',
      'Sign in to see this',
      holder() ? why.sentence : `To see ${what} the front wants to know who you are.`,
      a({ class: 'button', href: '#/account' }, 'Sign in')
    );
  if (why.status === 403)
    return notice(
      'bad',
      'Not for this account',
      why.sentence,
      a({ class: 'button', href: '#/account' }, 'Use another account')
    );
  if (why.status === 404) return notice('empty', 'Nothing here', why.sentence);
  return notice(
    'bad',
    `Cannot show ${what} at the moment`,
    `${why.sentence} It is tried again every few seconds.`
  );
}

// -- teams ----------------------------------------------------------------------------------------

const hue = key => {
  let hash = 2166136261;
  for (let i = 0; i < key.length; ++i) hash = Math.imul(hash ^ key.charCodeAt(i), 16777619);
  return (hash >>> 0) % 360;
};

/** Two colours that are a team's own, of its key. */
export const colours = key => {
  const first = hue(key);
  const light = hue(key + '/second') % 3 === 0;
  return [
    `hsl(${first} 64% 34%)`,
    light ? `hsl(${first} 30% 88%)` : `hsl(${(first + 40 + (hue(key + '/') % 60)) % 360} 70% 52%)`
  ];
};

/** A crest: decoration, the name stands beside it. */
export const crest = (key, name, size = 26) => {
  const [ground, stripe] = colours(key);
  const kind = hue(key + '/') % 3;
  const shield = 'M3 3h18v10c0 5-4 7.5-9 9-5-1.5-9-4-9-9z';
  const mark = [
    'M12 3h9v10c0 5-4 7.5-9 9z',
    'M3 3h18v4.5H3z',
    'M3 3h5l13 11.5a12 12 0 0 1-3 4.5L3 6z'
  ][kind];
  return svg(
    { class: 'crest', viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true' },
    path({ d: shield, fill: ground }),
    path({ d: mark, fill: stripe }),
    text({ x: 12, y: 15.2, 'text-anchor': 'middle', class: 'crest-letters' }, initials(name))
  );
};

const said = { W: 'won', D: 'drawn', L: 'lost' };

/** "WDLWW", the newest last, as marks. */
export const formMarks = letters => {
  const all = [...letters];
  const words = all.length
    ? 'Last results, the newest last: ' + all.map(x => said[x]).join(', ')
    : 'No results yet';
  const fill = Array.from({ length: Math.max(0, 5 - all.length) });
  return span(
    { class: 'form' },
    unseen(words),
    ...fill.map((_, i) => span({ class: 'mark none', 'aria-hidden': 'true', key: 'n' + i }, '·')),
    ...all.map((x, i) => span({ class: 'mark ' + x, 'aria-hidden': 'true', key: i }, x))
  );
};

/** How many places a team went up (above 0) or down. */
export const movement = places =>
  span(
    { class: classes('movement', places > 0 ? 'up' : places < 0 ? 'down' : 'same') },
    svg(
      { viewBox: '0 0 10 10', width: 9, height: 9, 'aria-hidden': 'true' },
      places > 0
        ? path({ d: 'M5 1l4 7H1z' })
        : places < 0
          ? path({ d: 'M5 9L1 2h8z' })
          : rect({ x: 1, y: 4, width: 8, height: 2 })
    ),
    places !== 0 && span({ 'aria-hidden': 'true' }, Math.abs(places)),
    unseen(places > 0 ? `up ${places}` : places < 0 ? `down ${-places}` : 'no change')
  );

// -- tiles and rows -------------------------------------------------------------------------------

export const tile = (name, value, beside, kind) =>
  div(
    { class: classes('tile', kind) },
    span({ class: 'tile-name' }, name),
    strong({ class: 'tile-value' }, value),
    span({ class: 'tile-beside' }, beside ?? '\u00a0')
  );

/** Something that is wider than a phone may be scrolled sideways, by keyboard as well. */
export const scroller = (name, ...children) =>
  div({ class: 'scroller', role: 'region', 'aria-label': name, tabindex: '0' }, ...children);

export const progress = (value, most, words) =>
  div(
    { class: 'progress' },
    svg(
      { viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      rect({ class: 'progress-ground', width: 100, height: 4, rx: 2 }),
      rect({ class: 'progress-done', width: most ? (100 * value) / most : 0, height: 4, rx: 2 })
    ),
    span({}, words ?? `${number(value)} of ${number(most)}`)
  );

export const again = (words, act) =>
  button({ type: 'button', class: 'button', onClick: act }, words);

export { el };

/** What is missing in an answer of the cluster. */
export const absent = (unreached, partitions = []) => [
  unreached?.length > 0 &&
    notice(
      'warn',
      'Not everybody answers',
      `Missing is what these nodes know: ${unreached.join(', ')}.`
    ),
  partitions.length > 0 &&
    notice(
      'warn',
      'Partitions without a leader',
      `Missing is what these partitions have: ${partitions.join(', ')}.`
    )
];
