// What the page knows. Whatever was read while the page was drawn is kept fresh: asked for again,
// with its ETag, when the front tells of a change or, when it cannot, every two seconds.
import { forget, headers, holder } from './account.js';

const most = 128;
const pollMs = 2000;
/** With a stream of events too: it may be silent for a wrong reason. */
const checkMs = 20000;
const patienceMs = 10000;
const longestPauseMs = 15000;

/** url -> {url, data, problem, etag, at, loading, used} */
const known = new Map();
let wanted = new Set();
let before = new Set();
let redraw = () => {};
let failures = 0;
let timer = 0;
let streaming = false;
let lastTold = 0;
let lastLeagueCheck = 0;

/** How the connection is, 'good' or 'lost', when it last was, and when it is tried again. */
export const connection = { state: 'good', heard: 0, retry: 0, sentence: '' };

export function begin(draw) {
  redraw = draw;
  schedule(pollMs);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) refresh();
  });
  addEventListener('online', () => refresh());
}

/** The page is drawn from here on: what it reads now is in sight. */
export function startReading() {
  before = wanted;
  wanted = new Set();
}

/** What is known at a path, {data, problem, loading}; it is loaded when nothing is. */
export function read(url) {
  wanted.add(url);
  let x = known.get(url);
  if (!x) {
    x = {
      url,
      data: null,
      problem: null,
      etag: null,
      at: 0,
      loading: false,
      queued: false,
      used: 0
    };
    known.set(url, x);
    while (known.size > most)
      known.delete([...known.values()].filter(y => y !== x).sort((y, z) => y.used - z.used)[0].url);
  }
  x.used = performance.now();
  // What was there is shown at once, and asked about as well.
  const isStale = x.at === 0 || (!before.has(url) && performance.now() - x.at > pollMs);
  if (isStale && !x.loading && !x.problem && !x.queued) {
    x.queued = true;
    queueMicrotask(() => {
      x.queued = false;
      load(x);
    });
  }
  return x;
}

/** Everything is asked for anew: somebody signed in or out. */
export function clear() {
  known.clear();
  failures = 0;
  redraw();
}

class Problem {
  constructor(status, body, retry) {
    this.status = status;
    this.code = body.code ?? '';
    this.sentence = body.detail ?? `The front answered with status ${status}.`;
    this.retryMs = retry;
  }
}

async function load(x) {
  if (x.loading) return;
  x.loading = true;
  const token = holder()?.token;
  let changed = false;
  try {
    const asked = {
      headers: { Accept: 'application/json', ...headers() },
      signal: AbortSignal.timeout(patienceMs)
    };
    if (x.etag) asked.headers['If-None-Match'] = x.etag;
    asked.cache = 'no-store';
    const reply = await fetch(x.url, asked);
    if (reply.status === 304) {
      changed = x.problem !== null;
      x.problem = null;
    } else if (reply.ok) {
      x.data = await reply.json();
      x.etag = reply.headers.get('ETag');
      x.problem = null;
      changed = true;
    } else {
      const seconds = Number(reply.headers.get('Retry-After')) || 0;
      const problem = new Problem(
        reply.status,
        await reply.json().catch(() => ({})),
        seconds * 1000
      );
      if (problem.status === 401 && token && token === holder()?.token) forget();
      // What was known stays in sight while the front cannot answer for a moment.
      if (x.data && (problem.status >= 500 || problem.status === 429)) throw problem;
      x.problem = problem;
      changed = true;
    }
    x.at = performance.now();
    heard();
  } catch (why) {
    lost(why instanceof Problem ? why : null);
    if (!x.data)
      x.problem =
        why instanceof Problem
          ? why
          : new Problem(0, { detail: 'The front cannot be reached.' }, 0);
    changed = true;
  }
  x.loading = false;
  if (changed && known.get(x.url) === x) redraw();
}

function heard() {
  connection.heard = Date.now();
  failures = 0;
  if (connection.state !== 'good') {
    connection.state = 'good';
    redraw();
    refresh();
  }
}

function lost(problem) {
  ++failures;
  // One answer that does not come is no news; two are.
  if (failures < 2) return;
  const pause = Math.max(
    problem?.retryMs ?? 0,
    Math.min(longestPauseMs, 1000 * 2 ** Math.min(failures - 1, 4))
  );
  connection.sentence = problem ? problem.sentence : 'The front cannot be reached.';
  connection.state = 'lost';
  connection.retry = Date.now() + pause;
  schedule(pause);
  redraw();
}

/** What is read from everything that is stored, or hardly ever changes, is asked for less often. */
const slowMs = 10000;
const isSlow = x =>
  x.url.startsWith('/v1/cluster/flows') || (x.url === '/v1/leagues' && x.data?.leagues.length > 0);

const isDue = x => !isSlow(x) || performance.now() - x.at > slowMs || x.problem;

const isOfLeague = url => url.startsWith('/v1/leagues');

/** Asks for everything that is in sight. */
export function refresh(which = () => true) {
  const now = performance.now();
  for (const url of wanted) {
    const x = known.get(url);
    if (x && which(url) && isDue(x) && !(x.problem && [401, 403].includes(x.problem.status)))
      load(x);
  }
  lastLeagueCheck = now;
  schedule(pollMs);
}

function schedule(pause) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (document.hidden) return schedule(pollMs);
    const due =
      !streaming || performance.now() - lastLeagueCheck > checkMs || connection.state === 'lost';
    if (due) return refresh();
    // The stream tells what happens in leagues; nobody tells what happens in the cluster.
    for (const url of wanted)
      if (!isOfLeague(url) && known.has(url) && !known.get(url).problem && isDue(known.get(url)))
        load(known.get(url));
    schedule(pollMs);
  }, pause);
}

/** The stream of events is there, or not. */
export function setStreaming(is) {
  if (streaming === is) return;
  streaming = is;
  refresh();
  redraw();
}

export const isStreaming = () => streaming;

/** Something changed in the league that is shown: at most twice a second it is asked what. */
export function leagueChanged() {
  const gapMs = 500;
  const now = performance.now();
  if (lastTold > now) return;
  const wait = Math.max(0, lastTold + gapMs - now);
  lastTold = now + wait;
  setTimeout(() => refresh(isOfLeague), wait);
}
