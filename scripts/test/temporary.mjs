import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A folder that is gone after the test; `write(name, text)` puts a file there and gives its path. */
export function temporaryFolder(t) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'digits-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name, text, mode) => {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode });
    return file;
  };
  return { folder, write };
}
