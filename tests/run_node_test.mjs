// Runs a test that is driven with Node.js, or says what is missing: 77 is how CTest knows that it
// was skipped.
//
//   node run_node_test.mjs FILE [NEEDED]...   FILE is below tests; each NEEDED is absolute, or below
//                                             the build folder
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const skipped = 77;
const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, '..');
const binary = process.env.TOUCHLINE_BINARY_DIR ?? path.join(source, 'build');
const [test, ...needed] = process.argv.slice(2);

const missing = ['touchline', ...needed]
  .map(x => path.resolve(binary, x))
  .find(x => !existsSync(x));
if (missing) {
  console.log(`${test} is skipped: ${missing} is not there; ./test makes and fetches it.`);
  process.exit(skipped);
}
const done = spawnSync(process.execPath, ['--test', path.join(here, test)], {
  stdio: 'inherit',
  env: { ...process.env, TOUCHLINE_SOURCE_DIR: source, TOUCHLINE_BINARY_DIR: binary }
});
process.exit(done.status ?? 1);
