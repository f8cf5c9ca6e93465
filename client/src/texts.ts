import type { PenName } from './canvas/pen';

/*
 * Everything that the page says, in one table. To add a language, write a
 * second table of the same shape and choose between them here.
 */

const wholePercent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
const finePercent = new Intl.NumberFormat('en', {
  style: 'percent',
  maximumFractionDigits: 1,
  // 99.97 % must not be told as certainty.
  roundingMode: 'floor',
});

const penNames: Record<PenName, string> = {
  hairline: 'hairline',
  fineliner: 'fineliner',
  ballpoint: 'ballpoint',
  pencil: 'soft pencil',
  fountainPen: 'broad nib',
  marker: 'marker',
  feltTip: 'felt tip',
};

export const texts = {
  title: 'Digit Recognizer',

  sheet: {
    label: 'Drawing sheet: draw a digit here with mouse, finger or pen',
    invitation: 'Draw a digit',
    invitationDetail: '0 to 9, anywhere, in any size',
  },

  actions: { label: 'Drawing', undo: 'Undo', redo: 'Redo', clear: 'Clear' },

  pen: {
    label: 'Pen width',
    value: (name: PenName): string => penNames[name],
  },

  reading: {
    label: 'Reading',
    waiting: 'The answer comes while you draw.',
    asking: 'Reading…',
    certain: 'Certain',
    nearlyCertain: 'Almost certain',
    likely: 'Probably',
    unsure: 'Unsure',
    confidence: (confidence: number): string => finePercent.format(confidence),
    secondGuess: (digit: number, probability: number): string =>
      `or a ${digit}, ${wholePercent.format(probability)}`,
    notDigit: 'Not a digit',
    guess: (digit: number, confidence: number): string =>
      `At a guess a ${digit}, ${wholePercent.format(confidence)}`,
  },

  bars: {
    label: 'How likely each digit is',
    digit: (digit: number): string => `Digit ${digit}`,
    value: (probability: number): string => finePercent.format(probability),
  },

  seen: {
    caption: 'What the network sees',
    detail: '28 × 28 pixels',
    alternative: 'Your drawing, brought down to the 28 by 28 pixels that the network sees',
    byLine: (model: string, engine: string, milliseconds: number): string =>
      `${model}, ${engine}, ${milliseconds.toFixed(1)} ms`,
  },

  failures: {
    unreachable: 'The server cannot be reached. Your drawing is kept until it is back.',
    busy: 'The server is busy. Your drawing will be read in a moment.',
    refused: 'The server could not read this drawing.',
    broken: 'The server gave an answer that makes no sense. Draw on to try again.',
  },

  shortcuts: {
    open: 'Keyboard shortcuts',
    close: 'Close',
    undo: 'Undo',
    redo: 'Redo',
    clear: 'Clear the sheet',
    thinner: 'Thinner pen',
    thicker: 'Thicker pen',
    help: 'Show this list',
    or: 'or',
  },
};
