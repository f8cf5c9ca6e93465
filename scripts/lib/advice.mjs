import { windows } from './places.mjs';

// What a tool's last words mean for the person who reads them; the first that fits is said.
const KNOWN = [
  [
    /npm error code EUSAGE/,
    "The client's package.json and package-lock.json do not agree; `npm install` in client/ mends that.",
  ],
  [/No space left on device|ENOSPC/, 'The disk is full; free some space (PyTorch needs about 2 GB) and run this again.'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|name resolution|NewConnectionError|ReadTimeout|ConnectTimeout/i,
    'The network or a package registry cannot be reached; check the connection and run this again.',
  ],
  [/EROFS|Read-only file system/, 'This folder is read-only here; run this once where it can be written to.'],
  [
    /WinError (5|32)\b|EBUSY/,
    'Files are in use: stop what runs from this folder (a server, a training run, an editor) and run this again.',
  ],
  [/EACCES|EPERM|Permission denied/, windows
      ? 'Files are in use or belong to somebody else: stop what runs from this folder, make them yours and run this again.'
      : 'Files of an earlier run belong to somebody else; make them yours and run this again.'],
  [
    /No matching distribution found|Could not find a version/,
    'A package is not to be had for this Python and system; Python 3.11 to 3.14 is needed, on 64-bit Linux with glibc 2.28 or newer, on macOS 14 or newer with Apple silicon, or on Windows for x64.',
  ],
];

/** One sentence on what to do, from the last lines of a tool that failed. */
export function advice(lines) {
  const text = lines.join('\n');
  const known = KNOWN.find(([pattern]) => pattern.test(text));
  return known ? known[1] : 'Read the lines above, mend what they name and run this again.';
}
