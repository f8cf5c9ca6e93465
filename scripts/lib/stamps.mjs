import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { cache, root } from './places.mjs';

/** SHA-256 over words (versions, choices) and over files, their names and their contents. */
export function fingerprint({ words = [], files = [] }) {
  const hash = createHash('sha256').update(JSON.stringify(words));
  for (const file of files) {
    hash.update(`\0${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * Stamps say which steps of the set-up have succeeded, with which inputs, and what they left behind.
 * A step's stamp is taken away when it begins, so one that was cut short is done again.
 */
export function createStamps(folder = path.join(cache, 'stamps')) {
  const stampFile = (name) => path.join(folder, `${name}.json`);
  const begunFile = (name) => path.join(folder, `${name}.begun`);
  return {
    /** Succeeded with the same inputs, and each of its products (names) is still there. */
    isFresh(name, inputs, products) {
      const stamp = readStamp(stampFile(name));
      const present = new Set(products);
      return (
        stamp?.fingerprint === fingerprint(inputs) &&
        stamp.products.every((product) => present.has(product))
      );
    },
    wasCutShort: (name) => existsSync(begunFile(name)),
    begin(name) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(begunFile(name), '');
      rmSync(stampFile(name), { force: true });
    },
    /** begunWith: the fingerprint of its inputs when it began */
    succeed(name, begunWith, products) {
      const stamp = { fingerprint: begunWith, products };
      writeFileSync(stampFile(name), JSON.stringify(stamp));
      rmSync(begunFile(name), { force: true });
    },
  };
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // none, or one that was half written
  }
}
