import type { PenName } from './canvas/pen';
import type { Past } from './history/history';
import type { Preference } from './recognition/eitherRecognizer';
import type { Place } from './recognition/recognizer';

/*
 * Everything that the page says, in one table. To add a language, write a
 * second table of the same shape and choose between them here.
 */

// 99.97 % must not be told as certainty.
const roundingMode = 'floor';
const wholePercent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0, roundingMode });
const finePercent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1, roundingMode });

/** Some browsers' clocks tell whole milliseconds only: no decimal is made up for them. */
const milliseconds = new Intl.NumberFormat('en', { style: 'unit', unit: 'millisecond', maximumFractionDigits: 1 });

const penNames: Record<PenName, string> = {
  hairline: 'hairline',
  fineliner: 'fineliner',
  ballpoint: 'ballpoint',
  pencil: 'soft pencil',
  fountainPen: 'broad nib',
  marker: 'marker',
  feltTip: 'felt tip',
};

const places: Record<Place, string> = { server: 'Server', device: 'This device' };

const preferences: Record<Preference, { readonly name: string; readonly detail: string }> = {
  automatic: {
    name: 'Whichever answers',
    detail: 'The server while it can be reached, and this device while it cannot.',
  },
  server: { name: 'The server only', detail: 'Without a network nothing is read.' },
  device: { name: 'This device only', detail: 'No drawing leaves it.' },
};

const pasts: Record<Past, string> = {
  unknown: 'One moment …',
  read: 'No drawings are kept yet. What you draw is kept here, in this browser, with what was read.',
  unreachable: 'What this browser has kept cannot be reached now.',
};

const HIDDEN = 'This browser keeps pictures from the page, against fingerprinting. Allow the page to read canvas data, and try again.';

const a = (digit: number): string => (digit === 8 ? 'an 8' : `a ${digit}`);

const second = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export const texts = {
  title: 'Digit Recognizer',

  sheet: {
    label: 'Drawing sheet: draw a digit here with mouse, finger or pen',
    invitation: 'Draw a digit',
    invitationDetail: '0 to 9, anywhere, in any size',
  },

  actions: { label: 'Drawing', undo: 'Undo', redo: 'Redo', clear: 'Clear', photo: 'Photo' },

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
      `or ${a(digit)}, ${wholePercent.format(probability)}`,
    notDigit: 'Not a digit',
    blank: 'Nothing was found',
    blankDetail: 'It looks like empty paper. Write larger or darker, or take the photo again.',
    wrong: 'Wrong?',
    correct: 'Was it misread? Say what it was',
    guess: (digit: number, confidence: number): string =>
      `At a guess ${a(digit)}, ${wholePercent.format(confidence)}`,
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
    byLine: (model: string, engine: string, elapsedMs: number): string =>
      `${model}, ${engine}, ${milliseconds.format(elapsedMs)}`,
  },

  photo: {
    open: 'Read a photo',
    take: 'Use the camera',
    choose: 'Choose a picture',
    elsewhere: 'You can also drop a picture onto the page, or paste one.',
    aim: 'One digit, large, in the frame',
    shoot: 'Take the picture',
    crop: 'Drag and zoom until the digit fills the frame.',
    turn: 'Turn',
    zoom: 'Zoom',
    read: 'Read it',
    back: 'Another picture',
    waiting: 'One moment …',
    problems: {
      unreadable: 'This picture cannot be opened here. JPEG, PNG and WebP can; save a HEIC photo as JPEG first.',
      elsewhere: 'Pictures of other pages cannot be fetched from here. Save it first, or copy it and paste it here.',
      hidden: HIDDEN,
      refused: 'The camera may not be used. Allow it in the browser’s settings for this page, or choose a picture.',
      noCamera: 'There is no camera here. Choose a picture instead.',
      insecure: 'Browsers give the camera only to pages whose address begins with https://. Choose a picture instead.',
      cameraFailed: 'The camera does not start, or has stopped; another app may be using it. Choose a picture instead.',
    },
  },

  history: {
    open: 'Last drawings',
    none: pasts,
    explanation: 'They are kept in this browser. Say what a drawing was where it was misread.',
    fleeting: 'This browser cannot store all of them: save them as ZIP before you close the page. Say what a drawing was where it was misread.',
    consent: 'Send my corrections to the server',
    consentDetail: 'The drawing, what was read in it and by which model, what it was, and when you said so; nothing else. The network can learn from them. Deleting a drawing here deletes it there.',
    consentKept: 'Not now: drawings are read on this device only, and none leaves it.',
    waits: 'to be sent',
    sent: 'sent, thank you',
    drawing: 'The drawing',
    unread: 'Not read',
    read: (digit: number, confidence: number): string => `Read as ${digit}, ${finePercent.format(confidence)}`,
    when: (time: number): string => moment.format(time),
    /** Tells drawings apart. */
    exactly: (time: number): string => second.format(time),
    correct: (reading: string, when: string): string => `${reading}, ${when}: was it right?`,
    right: 'right',
    was: (digit: number): string => `it was ${a(digit)}`,
    wasNoDigit: 'it was no digit',
    remove: (reading: string, when: string): string => `Delete: ${reading}, ${when}`,
    removeAll: 'Delete all',
    removeAllSure: 'Really delete all?',
    save: 'Save as ZIP',
    file: 'digits.zip',
  },

  evidence: {
    why: 'Why?',
    show: 'Why? Show on the drawing what speaks for each digit',
    hide: 'Hide the evidence',
    label: 'Evidence',
    question: (digit: number): string => `Why ${a(digit)}?`,
    speaksFor: 'for it',
    speaksAgainst: 'against it',
    previous: 'The digit before',
    next: 'The next digit',
  },

  place: {
    name: (place: Place): string => places[place],
    readBy: (place: Place): string => (place === 'server' ? 'Read by the server' : 'Read on this device'),
    title: 'Where drawings are read',
    explanation: 'Unless the server was given another, the same network stands there and in this page, and both give the same answers.',
    otherModel: (here: string, server: string): string =>
      `The server reads with ${server} and this page with ${here}: their answers may differ.`,
    replaced: (here: string, server: string): string => `By ${here}, not ${server}.`,
    preferences,
    version: (version: string, model: string): string => `Digit Recognizer ${version} with ${model}`,
  },

  install: {
    open: 'Install as an app',
    byHand: [
      'Tap the Share button of your browser, a square with an arrow.',
      'Choose “Add to Home Screen”, and then “Add”.',
      'Open the app once while you have a network; after that it reads without one.',
    ],
  },

  update: {
    there: 'A new version is ready. Reloading empties the sheet; your drawing stays among the last drawings.',
    take: 'Reload',
    later: 'Later',
  },

  failures: {
    unreachable: 'The server cannot be reached. Your drawing is kept until it is back.',
    neither: 'The server cannot be reached, and this device has not loaded its network yet. Your drawing is kept.',
    notLoaded: 'This device has not loaded its network yet. Your drawing is kept until it has.',
    busy: 'The server is busy. Your drawing will be read in a moment.',
    refused: 'The server could not read this drawing.',
    hidden: HIDDEN,
    broken: 'The server gave an answer that makes no sense. Draw on to try again.',
    unable: 'WebAssembly is switched off in this browser: without it this device cannot read. Let the server read instead.',
    failed: 'This device could not read your drawing. Draw on to try again.',
  },

  missing: {
    there: 'This part of the page could not be loaded. Draw on without it, or load the page anew where there is a network: the sheet is empty then, and your drawing among the last drawings.',
    reload: 'Load the page anew',
  },

  close: 'Close',

  shortcuts: {
    open: 'Keyboard shortcuts',
    undo: 'Undo',
    redo: 'Redo',
    clear: 'Clear the sheet',
    thinner: 'Thinner pen',
    thicker: 'Thicker pen',
    help: 'Show this list',
    or: 'or',
    characters: 'Use the keys [, ] and ?',
  },
};
