import net from 'node:net';

import { Explained } from './explained.mjs';

const LOOPBACK = ['127.0.0.1', '::1'];
const ANY = ['0.0.0.0', '::', 'localhost'];

/** Throws Explained where nothing can be served at this address. */
export async function checkPort({ host, port }) {
  const trouble = await portTrouble(host, port);
  if (trouble) throw new Explained(portSentence(trouble, host, port));
}

/** null, or the code of what stands in the way: EADDRINUSE, EACCES, EADDRNOTAVAIL … */
async function portTrouble(host, port) {
  // Binding alone is not enough: macOS lets one bind 127.0.0.1 where another program (AirPlay)
  // holds the same port on every address, and the browser then reaches the other program.
  const doors = LOOPBACK.includes(host) || ANY.includes(host) ? LOOPBACK : [host];
  const answered = await Promise.all(doors.map((door) => answers(door, port)));
  if (answered.includes(true)) return 'EADDRINUSE';
  return bindTrouble(host, port);
}

function answers(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1_000 });
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });
}

function bindTrouble(host, port) {
  return new Promise((resolve) => {
    const listener = net.createServer();
    listener.once('error', (error) => resolve(error.code));
    listener.listen({ host, port, exclusive: true }, () => listener.close(() => resolve(null)));
  });
}

function portSentence(code, host, port) {
  if (code === 'EADDRINUSE') {
    const airplay = process.platform === 'darwin' ? " (macOS's AirPlay receiver uses 5000)" : '';
    return (
      `Port ${port} is in use by another program${airplay}; stop that program, or choose another ` +
      `port with PORT=${port === 65535 ? 5001 : port + 1} in the environment or in the file .env.`
    );
  }
  if (code === 'EACCES') {
    // Above that, Windows keeps it for something else.
    const other = port > 1023 ? 'another' : 'one above 1023';
    return `Port ${port} may not be used without special rights; choose ${other} with PORT.`;
  }
  return `HOST=${host} is no address of this machine (${code}); leave HOST out to serve this machine alone.`;
}
