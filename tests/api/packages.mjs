// The packages that setup/node-tests fetched: they are in the build folder, where `import` does not
// look.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export const folder = path.join(process.env.TOUCHLINE_BINARY_DIR, 'api-test');

const { resolve } = createRequire(path.join(folder, 'package.json'));

/** What a package, or a file of one, exports. */
export async function fetched(name) {
  const found = await import(pathToFileURL(resolve(name)).href);
  // Of CommonJS, which has a default of its own.
  return found.default?.default ? found.default : found;
}
