import { windows } from './places.mjs';

/** How to run npm without a shell where that is possible: {command, args, options} for spawn. */
export function npm(args, environment = process.env) {
  const running = environment.npm_execpath;
  const options = { detached: !windows };
  if (running && /npm-cli\.[cm]?js$/.test(running)) {
    return { command: process.execPath, args: [running, ...args], options };
  }
  // Windows runs npm.cmd only through its shell; the arguments here are all our own words.
  return { command: windows ? 'npm.cmd' : 'npm', args, options: { ...options, shell: windows } };
}
