import { advice } from './advice.mjs';
import { Explained } from './explained.mjs';
import { exitCodeOf, passSignalsOn, stopRequested } from './processes.mjs';

// What the system says of files that cannot be written.
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC'];

/** Run a script: its result is the exit code; a failure for a person is printed as its sentence. */
export async function runMain(main) {
  passSignalsOn();
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    const signal = stopRequested();
    if (signal) {
      console.error('Stopped.');
      process.exitCode = exitCodeOf(signal);
    } else if (error instanceof Explained) {
      console.error(error.message);
      process.exitCode = 1;
    } else if (UNWRITABLE.includes(error.code) && error.path) {
      console.error(`${error.path}: ${advice([error.code])}`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}
