import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const windows = process.platform === 'win32';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const server = path.join(root, 'server');
export const client = path.join(root, 'client');
export const cache = path.join(root, '.cache');
export const environmentFolder = path.join(root, '.venv');

/** Python inside a virtual environment. */
export function pythonOf(folder) {
  return windows ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python');
}

export const venvPython = pythonOf(environmentFolder);
