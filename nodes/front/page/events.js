// The front's stream of server-sent events. Read with fetch and not with EventSource, which cannot
// show a token.
import { headers } from './account.js';

const firstPauseMs = 1000;
const longestPauseMs = 30000;
/** A front that has no stream is asked again after so long. */
const absentMs = 60000;

/**
 * Follows a league's events until `close()`. `told` is called for each, `state` with whether it is
 * there.
 */
export class EventStream {
  constructor(league, told, state) {
    this.url = '/v1/events?league=' + encodeURIComponent(league);
    this.told = told;
    this.state = state;
    this.ended = new AbortController();
    this.last = null;
    this.pause = firstPauseMs;
    this.follow();
  }

  close() {
    this.ended.abort();
    this.state(false);
  }

  async follow() {
    while (!this.ended.signal.aborted) {
      let pause = this.pause;
      try {
        const asked = { Accept: 'text/event-stream', ...headers() };
        if (this.last !== null) asked['Last-Event-ID'] = this.last;
        const reply = await fetch(this.url, {
          headers: asked,
          signal: this.ended.signal,
          cache: 'no-store'
        });
        const type = reply.headers.get('Content-Type') ?? '';
        if (reply.ok && type.startsWith('text/event-stream')) {
          this.pause = firstPauseMs;
          pause = firstPauseMs;
          this.state(true);
          await this.take(reply.body.getReader());
        } else {
          await reply.body?.cancel();
          pause = reply.status === 503 || reply.status === 429 ? this.pause : absentMs;
        }
      } catch {
        // The connection ended; it is made again.
      }
      if (this.ended.signal.aborted) return;
      this.state(false);
      this.pause = Math.min(longestPauseMs, this.pause * 2);
      await new Promise(done => {
        const timer = setTimeout(done, pause);
        this.ended.signal.addEventListener(
          'abort',
          () => {
            clearTimeout(timer);
            done();
          },
          { once: true }
        );
      });
    }
  }

  async take(reader) {
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) this.one(block);
    }
  }

  one(block) {
    let data = null;
    for (const row of block.split(/\r?\n/)) {
      const colon = row.indexOf(':');
      const name = colon < 0 ? row : row.slice(0, colon);
      const value = colon < 0 ? '' : row.slice(colon + 1).replace(/^ /, '');
      if (name === 'id') this.last = value;
      else if (name === 'data') data = data === null ? value : data + '\n' + value;
    }
    if (data !== null) this.told(data);
  }
}
