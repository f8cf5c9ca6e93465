import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

import { Explained } from './explained.mjs';
import { root } from './places.mjs';

/** The environment over the file .env, which some editors begin with a byte-order mark, as the server reads its settings. */
export function readSettings(environment = process.env, file = path.join(root, '.env')) {
  const written = existsSync(file) ? parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) : {};
  return { ...written, ...environment };
}

/** Where to serve: {host, port}. Throws Explained for a PORT that is none. */
export function address(settings) {
  const text = (settings.PORT ?? '').trim() || '5000';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new Explained(`PORT must be a whole number from 1 to 65535, and it is "${text}".`);
  }
  return { host: (settings.HOST ?? '').trim() || '127.0.0.1', port };
}
