// Serve what has been set up.
import { runMain } from './lib/main.mjs';
import { serve } from './lib/serving.mjs';

runMain(serve);
