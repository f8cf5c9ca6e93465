/*
 * Reads pictures away from the page, so that the pen is never held up. It runs the same graph as
 * the server does; what it knows of it are its names.
 */
import * as runtime from 'onnxruntime-web/wasm';
import graph from '../../../server/model/weights/digits.onnx?url';
import { greyOf } from './grey';
import { OWN_MODEL } from './ownModel';
import type { Edges } from './recognizer';

export interface Question {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha, opaque. */
  readonly pixels: ArrayBuffer;
}

export interface Outputs {
  readonly probabilities: Float32Array;
  readonly isDigit: number;
  /** Left, top, right, bottom of the ink; null where nothing is drawn. */
  readonly box: Edges | null;
  /** 28 rows of 28, 1 = ink: what the network saw. */
  readonly seen: Float32Array;
  readonly evidence: Float32Array;
  /** The edges of what `seen` and `evidence` show. */
  readonly frame: Edges;
  readonly model: string;
  readonly elapsedMs: number;
}

export type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'answer'; readonly id: number; readonly outputs: Outputs }
  | { readonly kind: 'refused'; readonly id: number };

const post = (message: Message): void => { self.postMessage(message); };

/** 256 MB: the engine makes do with 17. */
const MOST_PAGES = 4096;

// The engine asks for memory that may grow to 4 GB, which iPhones had not to give before iOS 18.
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) { super({ ...descriptor, maximum: MOST_PAGES }); }
};

runtime.env.wasm.numThreads = 1;
const session = load();
session.then(() => { post({ kind: 'ready' }); }, () => { post({ kind: 'failed' }); });

self.onmessage = ({ data }: MessageEvent<Question>): void => {
  read(data).then(
    (outputs) => { post({ kind: 'answer', id: data.id, outputs }); },
    () => { post({ kind: 'refused', id: data.id }); },
  );
};

async function load(): Promise<runtime.InferenceSession> {
  const loaded = await runtime.InferenceSession.create(graph, { executionProviders: ['wasm'] });
  // The first picture takes longest: nobody should wait for it.
  const grey = new Float32Array(64 * 64).fill(1).fill(0, 30 * 64, 34 * 64);
  await loaded.run({ grey: new runtime.Tensor('float32', grey, [1, 1, 64, 64]) });
  return loaded;
}

async function read({ width, height, pixels }: Question): Promise<Outputs> {
  const loaded = await session;
  const start = performance.now();
  const grey = new runtime.Tensor('float32', greyOf(new Uint8ClampedArray(pixels)), [1, 1, height, width]);
  const found = await loaded.run({ grey });
  const numbers = (output: string): Float32Array => {
    const data = found[output]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`The graph has no output ${output}.`);
    return data;
  };
  const box = edges(numbers('box'));
  return {
    probabilities: numbers('probabilities'),
    isDigit: numbers('is_digit')[0] ?? 0,
    box: box[2] > box[0] ? box : null,
    seen: numbers('digit'),
    evidence: numbers('evidence'),
    frame: edges(numbers('frame')),
    model: OWN_MODEL,
    elapsedMs: performance.now() - start,
  };
}

function edges([left = 0, top = 0, right = 0, bottom = 0]: Float32Array): Edges {
  return [left, top, right, bottom];
}
