// Set up for serving, or for the purposes that are named: serve, develop, train, track, test.
import { Explained } from './lib/explained.mjs';
import { runMain } from './lib/main.mjs';
import { purposes, setUp } from './lib/setup.mjs';

runMain(async (named) => {
  const unknown = named.find((purpose) => !purposes.includes(purpose));
  if (unknown) throw new Explained(`"${unknown}" is none of ${purposes.join(', ')}.`);
  for (const purpose of named.length > 0 ? named : ['serve']) await setUp(purpose);
});
