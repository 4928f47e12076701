// Runs the test of the page, or says what is missing: 77 is how CTest knows that it was skipped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const skipped = 77;
const here = path.dirname(fileURLToPath(import.meta.url));
const binary = process.env.TOUCHLINE_BINARY_DIR ?? path.join(here, '../../build');

const missing = [
  [path.join(binary, 'touchline'), 'setup/build release touchline makes it'],
  [path.join(binary, 'page-test/node_modules/playwright-core'), 'setup/page-test fetches it'],
  ['/usr/bin/chromium', 'setup/page-test installs it']
].find(([file]) => !existsSync(file));
if (missing) {
  console.log(`The page is not tested: ${missing[0]} is not there; ${missing[1]}.`);
  process.exit(skipped);
}
const done = spawnSync(process.execPath, ['--test', path.join(here, 'page_test.mjs')], {
  stdio: 'inherit',
  env: { ...process.env, TOUCHLINE_BINARY_DIR: binary }
});
process.exit(done.status ?? 1);
