// The table of one measurement in results.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Puts a new table in the place of the old one.
 * @param {string} name of the place and of the script
 * @param {string} table
 */
export function rewrite(name, table) {
  const file = fileURLToPath(new URL('results.md', import.meta.url));
  const place = new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- end -->`);
  const made = `Measured on ${cpus().length} cores, ${cpus()[0].model.trim()}, by \`node bench/${name}.js\`.`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(place, () => `<!-- ${name} -->\n${made}\n\n${table}\n<!-- end -->`));
}
