import { describe, expect, it } from 'vitest';
import { greyOf } from './grey';
// The server's test reads them, too.
import examples from './greyExamples.json';

describe('grey', () => {
  it.each(examples)('of $what is what the server makes of it', ({ pixels, grey }) => {
    const opaque = pixels.flatMap((colours) => [...colours, 255]);
    expect([...greyOf(new Uint8ClampedArray(opaque))].map((level) => Math.round(level * 255))).toEqual(grey);
  });
});
