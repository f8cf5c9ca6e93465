import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/serve.mjs', import.meta.url));
/** What fetches the corrections from a server for tests. */
export const TOKEN = 'a token for the tests';

const START_TIME = 120_000;

/** Settings that a tester's file .env may hold, and that would change what is tested. */
const OF_THE_FILE = [
  'HOST', 'ENGINE', 'OPENVINO_DEVICE', 'MODEL', 'WORKERS', 'MAX_BYTES', 'MAX_PIXELS', 'MAX_BATCH', 'CORRECTIONS_DAYS', 'CORRECTIONS_MOST',
  'REDIS_URL', 'PROXIES', 'METRICS_TOKEN', 'LOG_FORMAT', 'LOG_LEVEL',
];

/** The environment of a server for tests: they draw faster than any person may. */
export function serverSettings(port: number): Record<string, string> {
  return {
    // What is empty is the default, whatever .env says.
    ...Object.fromEntries(OF_THE_FILE.map((name) => [name, ''])),
    PORT: String(port),
    RATELIMIT_ENABLED: 'false',
    DATABASE_URL: `sqlite:///${tmpdir()}/digit-recognizer-${port}-${process.pid}.sqlite3`,
    CORRECTIONS_TOKEN: TOKEN,
  };
}

/** A server that a test starts, stops and starts again. */
export class OwnServer {
  #process: ChildProcess | null = null;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  get address(): string {
    return `http://localhost:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#process = spawn(process.execPath, [SCRIPT], {
      env: { ...process.env, ...serverSettings(this.#port) },
      stdio: 'ignore',
    });
    const deadline = Date.now() + START_TIME;
    while (!(await this.#isHealthy())) {
      if (this.#process.exitCode !== null) throw new Error('The server stopped while it started.');
      if (Date.now() > deadline) throw new Error('The server did not start in time.');
      await pause(200);
    }
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running?.exitCode !== null) return;
    const exited = once(running, 'exit');
    // Windows ends no process together with those that it started, unless it is told to.
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(running.pid), '/t', '/f'], { stdio: 'ignore' });
    else running.kill('SIGTERM');
    await exited;
  }

  async #isHealthy(): Promise<boolean> {
    try {
      return (await fetch(`${this.address}/api/health`)).ok;
    } catch {
      return false;
    }
  }
}
