// A cluster of real processes with fronts, and the program's commands against it.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const program = path.join(process.env.TOUCHLINE_BINARY_DIR, 'touchline');

const canListen = port =>
  new Promise(done => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

/** Ports in a row that end with `last`, `last` + 1, …, below those of outgoing connections. */
async function freePorts(count, last, taken = []) {
  for (let at = 13000 + (process.pid % 1500) * 10; at < 31000; at += 10) {
    const ports = Array.from({ length: count }, (_, i) => at + last + i);
    const free = await Promise.all(ports.map(canListen));
    if (free.every(Boolean) && !ports.some(x => taken.includes(x))) return ports;
  }
  throw new Error('no ports are free');
}

export const pause = ms => new Promise(done => setTimeout(done, ms));

/** Waits until `isTrue` answers with something; throws after `patienceMs`. */
export async function eventually(isTrue, what, patienceMs = 30000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await isTrue();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited too long: ${what}`);
    await pause(100);
  }
}

export class RealCluster {
  /** `front` is what its section says beside the address. */
  constructor({ name = 'page', front = 'public-reads = true' } = {}) {
    this.name = name;
    this.front = front;
    this.folder = mkdtempSync(path.join(os.tmpdir(), `touchline-${name}-`));
    this.nodes = new Map();
    this.running = new Set();
  }

  /** Starts nodes 1 to `count`, each with a front. */
  async start(count) {
    this.ports = await freePorts(count, 0);
    // A front's port is a prefix and the id of its node.
    this.fronts = await freePorts(count, 1, this.ports);
    const prefix = (this.fronts[0] - 1) / 10;
    const nodes = this.ports.map(
      (port, i) => `    {
      id = ${i + 1},
      host = "127.0.0.1",
      port = ${port},
      data-directory = "${path.join(this.folder, 'node-' + (i + 1))}"
    }`
    );
    this.configuration = path.join(this.folder, 'cluster.conf');
    writeFileSync(
      this.configuration,
      `cluster {
  name = "${this.name}"
  replicas = ${count}
  nodes = [
${nodes.join(',\n')}
  ]
}
touchline {
  partitions = 6
  data-directory = "${path.join(this.folder, 'embedded')}"
}
front {
  listen = "127.0.0.1:${prefix}{id}"
  ${this.front}
}
`
    );
    for (let id = 1; id <= count; ++id) this.startNode(id);
    for (let id = 1; id <= count; ++id)
      await eventually(() => this.isReady(id), `the front of node ${id} is ready`, 60000);
  }

  startNode(id) {
    const log = openSync(path.join(this.folder, `node-${id}.log`), 'a');
    const child = spawn(program, ['node', '--config', this.configuration, '--id', String(id)], {
      stdio: ['ignore', log, log]
    });
    this.nodes.set(id, child);
  }

  kill(id) {
    this.nodes.get(id).kill('SIGKILL');
  }

  base(id) {
    return `http://127.0.0.1:${this.fronts[id - 1]}`;
  }

  async isReady(id) {
    try {
      return (await fetch(this.base(id) + '/readyz')).ok;
    } catch {
      return false;
    }
  }

  /** Begins a command against the cluster. */
  begin(...words) {
    const nodes = this.ports.map(x => `127.0.0.1:${x}`).join(',');
    const child = spawn(program, [...words, '--connect', nodes], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: this.token ? { ...process.env, TOUCHLINE_TOKEN: this.token } : process.env
    });
    this.running.add(child);
    child.output = '';
    child.errors = '';
    child.stdout.on('data', x => (child.output += x));
    child.stderr.on('data', x => (child.errors += x));
    child.ended = new Promise(done =>
      child.once('close', status => {
        this.running.delete(child);
        done(status);
      })
    );
    return child;
  }

  /** Runs a command to its end; what it printed. */
  async run(input, ...words) {
    const child = this.begin(...words);
    child.stdin.end(input);
    const status = await child.ended;
    if (status !== 0) throw new Error(`${words.join(' ')}: ${child.errors}`);
    return child.output;
  }

  /** An account with a password. */
  async account(name, role, password) {
    const made = await this.run('', 'account', 'create', name, '--role', role);
    const code = /[^\s"]+:\d+:[^\s"]+/.exec(made)[0];
    await this.run(`${password}\n${password}\n`, 'account', 'activate', code);
  }

  /** Commands act for this account from here on: a cluster that has an operator takes nobody's. */
  async actAs(name, password) {
    this.token = (await this.run(`${password}\n`, 'account', 'login', name)).trim();
  }

  async stop() {
    for (const child of this.running) child.kill('SIGKILL');
    for (const child of this.nodes.values()) child.kill('SIGKILL');
    await pause(200);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
