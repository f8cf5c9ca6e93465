import { spawn } from 'node:child_process';
import os from 'node:os';

import { windows } from './places.mjs';

// Children stay in this process's group: whoever kills the group (a terminal, a test runner)
// reaches them all, and whoever kills this process alone has his signal passed on. The exception is
// a `detached` child, npm: its shell passes nothing on, so it is signalled as a group of its own.
const children = new Set();
const groups = new WeakSet();
let stopSignal = null;

/** The signal that asked this process to stop, or null. */
export const stopRequested = () => stopSignal;

export const exitCodeOf = (signal) => 128 + (os.constants.signals[signal] ?? 15);

/** Start a child that is stopped together with this process. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', windowsHide: true, ...options });
  children.add(child);
  if (options.detached) groups.add(child);
  return child;
}

/** Wait for a child; the exit code, 128 + the signal's number, or 127 where it could not start. */
export function ended(child) {
  return new Promise((resolve) => {
    const finish = (code) => {
      children.delete(child);
      resolve(code);
    };
    child.once('error', () => finish(127));
    child.once('close', (code, signal) => finish(code ?? exitCodeOf(signal)));
  });
}

export const run = (command, args, options) => ended(start(command, args, options));

/** Send a signal to one child; on Windows end it with everything that it started. */
export function stop(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  if (windows) spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
  // Playwright ends the server and the browser that it has started at SIGINT, and not at SIGTERM.
  else if (groups.has(child)) process.kill(-child.pid, signal === 'SIGTERM' ? 'SIGINT' : signal);
  else child.kill(signal);
}

function stopAll(signal) {
  for (const child of children) stop(child, signal);
}

function stopFor(signal) {
  stopSignal = signal;
  if (children.size === 0) process.exit(exitCodeOf(signal));
  // Ctrl-C in a terminal has reached this group already; twice would cut its clean-up short.
  const everyone = signal !== 'SIGINT' || !process.stdin.isTTY;
  for (const child of children) if (everyone || groups.has(child)) stop(child, signal);
  setTimeout(() => stopAll('SIGTERM'), 5_000).unref();
  setTimeout(() => stopAll('SIGKILL'), 15_000).unref();
}

/** Pass SIGINT, SIGTERM and SIGHUP on; a child that does not care is ended after a while. */
export function passSignalsOn() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopFor(signal));
  if (process.env.npm_lifecycle_event) stopWithParent();
}

// npm sends a signal to its shell alone, which dies of it without passing it on.
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stopFor('SIGTERM');
  }, 250);
  watch.unref();
}
