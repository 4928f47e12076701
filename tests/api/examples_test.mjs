// The examples with curl, run by bash as they are written, from where a reader would stand.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const source = process.env.TOUCHLINE_SOURCE_DIR;
const written = '127.0.0.1:8080';
const mark = '=== example';

/** Blocks of a document with their languages. */
function blocksOf(text) {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, content]) => ({
    language,
    content
  }));
}

/** The commands of a console, each with what it is said to print. */
function commandsOf(content) {
  const [before, ...commands] = content.split(/^\$ /m);
  assert.equal(before, '');
  return commands.map(x => {
    const [command, ...output] = x.trimEnd().split('\n');
    return { command, output: output.join('\n') };
  });
}

/** Whether a command printed what is written: an ellipsis stands for anything. */
function isAsWritten(output, printed) {
  const escaped = output.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '[^]*')}$`).test(printed);
}

const isFree = () =>
  new Promise(done => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(8080, '127.0.0.1', () => server.close(() => done(true)));
  });

const freePort = () =>
  new Promise(done => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const folder = mkdtempSync(path.join(os.tmpdir(), 'touchline-examples-'));
// What a clone has once it is built.
symlinkSync(process.env.TOUCHLINE_BINARY_DIR, path.join(folder, 'build'));
for (const name of ['config', 'data'])
  symlinkSync(path.join(source, name), path.join(folder, name));
let bash;

after(() => {
  try {
    process.kill(-bash.pid, 'SIGKILL');
  } catch {
    // It has ended, and what it began.
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the commands one after another in one bash; what each printed, and its status. */
async function run(commands) {
  bash = spawn('bash', ['-s'], { cwd: folder, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  let complaints = '';
  bash.stdout.on('data', x => (printed += x));
  bash.stderr.on('data', x => (complaints += x));
  const ended = new Promise(done => bash.once('exit', done));
  for (const command of commands) bash.stdin.write(`${command}\nprintf '%s %d\\n' '${mark}' $?\n`);
  bash.stdin.end();
  await ended;
  const parts = printed.replaceAll('\r', '').split(new RegExp(`^${mark} (\\d+)\n`, 'm'));
  const done = commands.map((command, i) => ({
    command,
    printed: (parts[2 * i] ?? '').replace(/\n$/, ''),
    status: Number(parts[2 * i + 1])
  }));
  return { done, complaints };
}

test('what is printed otherwise is noticed', () => {
  assert.ok(isAsWritten('{"a":…,"b":2}', '{"a":[1,\n2],"b":2}'));
  assert.ok(!isAsWritten('{"a":…,"b":2}', '{"a":1,"b":3}'));
  assert.ok(!isAsWritten('', 'something'));
});

test(
  'the examples of README.md and docs/front.md run as written',
  { timeout: 300000 },
  async () => {
    const texts = ['README.md', 'docs/front.md'].map(x =>
      readFileSync(path.join(source, x), 'utf8')
    );
    const blocks = texts.flatMap(blocksOf).filter(x => /\bcurl\b/.test(x.content));
    assert.deepEqual([...new Set(blocks.map(x => x.language))], ['console'], 'all of them are run');
    const examples = blocks.flatMap(x => commandsOf(x.content));
    assert.ok(examples.filter(x => /\bcurl\b/.test(x.command)).length >= 10);
    // Only when somebody has the port that is written is it another one.
    const listen = (await isFree()) ? written : `127.0.0.1:${await freePort()}`;
    if (listen !== written) console.log(`${written} is taken: ${listen} stands for it.`);
    const { done, complaints } = await run(
      examples.map(x => x.command.replaceAll(written, listen))
    );
    done.forEach(({ command, printed, status }, i) => {
      assert.equal(status, 0, `${command}\n${printed}\n${complaints}`);
      assert.ok(
        isAsWritten(examples[i].output, printed),
        `${command}\nprinted\n${printed}\nand not\n${examples[i].output}\n${complaints}`
      );
    });
    }
);
