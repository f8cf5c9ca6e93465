import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** All files under the given files and folders, sorted; folders named in `skip` are left out. */
export function filesUnder(places, skip = []) {
  const found = [];
  for (const place of places) {
    if (!existsSync(place)) continue;
    if (!statSync(place).isDirectory()) found.push(place);
    else found.push(...filesUnder(visibleEntries(place, skip), skip));
  }
  return found.sort();
}

function visibleEntries(folder, skip) {
  return readdirSync(folder)
    .filter((name) => !skip.includes(name))
    .map((name) => path.join(folder, name));
}

/** The names in a folder; none where it does not exist. */
export const namesIn = (folder) => (existsSync(folder) ? readdirSync(folder) : []);
