// Set up whatever is missing or has changed, then serve.
import { runMain } from './lib/main.mjs';
import { checkPort } from './lib/port.mjs';
import { serve } from './lib/serving.mjs';
import { address, readSettings } from './lib/settings.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async () => {
  // First, so that nobody waits for a set-up whose server then finds its port taken.
  await checkPort(address(readSettings()));
  await setUp('serve');
  console.log('Starting the server (Ctrl-C stops it) …');
  return serve();
});
