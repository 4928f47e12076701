// How numbers, days and names are written.
const numbers = new Intl.NumberFormat('en-GB');
const dateParts = { day: 'numeric', month: 'short', timeZone: 'UTC' };
const dayParts = { ...dateParts, weekday: 'short' };
const days = new Intl.DateTimeFormat('en-GB', { ...dayParts, year: 'numeric' });
const birthdays = new Intl.DateTimeFormat('en-GB', { ...dateParts, year: 'numeric' });
const daysOfSeason = new Intl.DateTimeFormat('en-GB', dayParts);
const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit'
});

export const number = x => numbers.format(x);

export const plural = (count, one, many = one + 's') =>
  `${number(count)} ${count === 1 ? one : many}`;

export const ordinal = n => {
  const tens = n % 100;
  return n + (tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'));
};

const dayIn = (format, text) => {
  const at = new Date(text + 'T00:00:00Z');
  return Number.isNaN(at.getTime()) ? text : format.format(at);
};

/** A day of the catalogue, "2023-05-28". */
export const day = text => dayIn(days, text);

/** Nobody cares which day of the week it was. */
export const birthday = text => dayIn(birthdays, text);

/** Without the year, where the season says it. */
export const dayOfSeason = text => dayIn(daysOfSeason, text);

export const timeOfDay = ms => clock.format(new Date(ms));

export const dayAndTime = ms => new Date(ms).toISOString().slice(0, 19).replace('T', ' ') + ' UTC';

/** Minor units of a currency. 64-bit numbers come as texts. */
export const money = amount => {
  if (!amount || !amount.currency) return '–';
  try {
    const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency: amount.currency });
    const digits = format.resolvedOptions().maximumFractionDigits;
    const value = Number(amount.minor_units) / 10 ** digits;
    return Math.abs(value) < 1e6
      ? format.format(value)
      : new Intl.NumberFormat('en-GB', {
          style: 'currency',
          currency: amount.currency,
          notation: 'compact',
          maximumFractionDigits: 2
        }).format(value);
  } catch {
    return `${number(Number(amount.minor_units))} ${amount.currency}`;
  }
};

export const signed = n => (n > 0 ? '+' : n < 0 ? '−' : '') + Math.abs(n);

export const bytes = n => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  for (; n >= 1024 && at < units.length - 1; ++at) n /= 1024;
  return `${n < 10 && at > 0 ? n.toFixed(1) : Math.round(n)} ${units[at]}`;
};

export const duration = ms => {
  const s = Math.floor(ms / 1000);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  return s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} days`;
};

const ending = /\s+(FC|AFC|CF|SC|SV|AC)$/u;

/** "Arsenal" of "Arsenal FC": for where room is short. */
export const shortName = name => name.replace(ending, '').replace(/^(AFC|FC)\s+/u, '');

/** Three letters for a team: those of its words, or the first of its only word. */
export const initials = name => {
  const parts = shortName(name)
    .split(/[\s\-&.]+/u)
    .filter(x => x && x !== 'and');
  if (parts.length >= 3) return (parts[0][0] + parts[1][0] + parts[2][0]).toUpperCase();
  if (parts.length === 2) return (parts[0][0] + parts[1].slice(0, 2)).toUpperCase();
  return (parts[0] ?? '?').slice(0, 3).toUpperCase();
};

/** Whom a result was good for: W, D or L for the hosts, or for the visitors. */
export const outcome = (score, isHome) => {
  const won =
    score.award === 'TO_HOME' ? 1 : score.award === 'TO_AWAY' ? -1 : score.home - score.away;
  const mine = isHome ? won : -won;
  return mine > 0 ? 'W' : mine < 0 ? 'L' : 'D';
};
