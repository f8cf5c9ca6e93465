const TICK_TERMINAL = 200;
const TICK_LINES = 15_000;
/** Columns of a log's line: pip names all that it installs in one. */
const WIDTH = 120;

const seconds = (since) => `${Math.round((Date.now() - since) / 1000)} s`;

/**
 * One line for each step: "2/4 Python packages … done in 31 s". A terminal sees the seconds and the
 * last line of what goes on run on in place, a log file a line every quarter of a minute.
 */
export function createProgress(stream = process.stdout) {
  return stream.isTTY ? terminalProgress(stream) : lineProgress(stream);
}

function terminalProgress(stream) {
  let title = '';
  let hint = '';
  let began = 0;
  let timer;
  const erase = () => stream.write('\r\x1b[2K');
  const draw = () => {
    const line = `${title} … ${seconds(began)}  ${hint}`;
    stream.write(`\r\x1b[2K${line.slice(0, (stream.columns || 80) - 1)}`);
  };
  const end = (words) => {
    clearInterval(timer);
    erase();
    stream.write(`${title} … ${words} ${seconds(began)}\n`);
  };
  return {
    start(words) {
      [title, hint, began] = [words, '', Date.now()];
      timer = setInterval(draw, TICK_TERMINAL);
      draw();
    },
    hint: (words) => (hint = words),
    notice(words) {
      erase();
      stream.write(`    ${words}\n`);
    },
    done: () => end('done in'),
    failed: () => end('failed after'),
  };
}

function lineProgress(stream) {
  let title = '';
  let hint = '';
  let began = 0;
  let timer;
  const end = (words) => {
    clearInterval(timer);
    stream.write(`${title} … ${words} ${seconds(began)}\n`);
  };
  return {
    start(words) {
      [title, hint, began] = [words, '', Date.now()];
      stream.write(`${title} …\n`);
      timer = setInterval(() => {
        stream.write(`${`    ${seconds(began)}  ${hint}`.slice(0, WIDTH)}\n`);
      }, TICK_LINES);
    },
    hint: (words) => (hint = words),
    notice: (words) => stream.write(`    ${words}\n`),
    done: () => end('done in'),
    failed: () => end('failed after'),
  };
}
