// Where one is: the part of the address behind #.
import { a } from './elements.js';

const parts = () =>
  location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter(Boolean)
    .map(x => {
      try {
        return decodeURIComponent(x);
      } catch {
        return x;
      }
    });

/** {area, league, season, page, rest} */
export function current() {
  const [first, ...more] = parts();
  if (first === 'league')
    return {
      area: 'league',
      league: more[0] ?? '',
      season: more[1] ?? '',
      page: more[2] ?? 'table',
      rest: more.slice(3)
    };
  if (first === 'cluster')
    return { area: 'cluster', page: more[0] ?? 'overview', rest: more.slice(1) };
  if (first === 'account') return { area: 'account', page: 'account', rest: more };
  return { area: first ? 'nowhere' : 'start', page: '', rest: [] };
}

export const to = (...names) => '#/' + names.map(encodeURIComponent).join('/');

export const toLeague = (where, ...names) => to('league', where.league, where.season, ...names);

export function replace(hash) {
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** A link that knows whether one is there. */
export const navLink = (href, isHere, ...children) =>
  a({ href, 'aria-current': isHere ? 'page' : undefined }, ...children);
