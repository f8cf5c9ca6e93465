import type { Message, Outputs, Question } from './readingWorker';
import { RecognitionFailure, type Answer, type Picture, type Recognizer } from './recognizer';

/** What is asked of a worker here. */
export type Reader = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

/** Milliseconds that a question waits for engine and network to be loaded; others may answer it meanwhile. */
export const LOADING_PATIENCE = 2000;

interface Waiting {
  readonly resolve: (outputs: Outputs) => void;
  readonly reject: (failure: RecognitionFailure) => void;
}

/** Reads on this device, in a worker, with no network once its files are here. */
export class OnDeviceRecognizer implements Recognizer {
  #reader: Reader | null = null;
  #ready = false;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();
  readonly #startReader: () => Reader;
  readonly #seenAddress: (seen: Float32Array) => string | null;

  constructor(startReader = startWorker, seenAddress = pictureAddress) {
    this.#startReader = startReader;
    this.#seenAddress = seenAddress;
  }

  /** Load engine and network before they are needed. */
  warmUp(): void {
    if (isAble()) this.#reader ??= this.#start();
  }

  readonly recognize = async (picture: Picture, signal: AbortSignal): Promise<Answer> => {
    if (!isAble()) throw new RecognitionFailure('unable');
    this.warmUp();
    const { width, height, data } = picture.pixels();
    const id = ++this.#lastId;
    const question: Question = { id, width, height, pixels: data.buffer };
    const outputs = await new Promise<Outputs>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#reader?.postMessage(question, [question.pixels]);
      if (!this.#ready) setTimeout(() => { this.#stillLoading(id); }, LOADING_PATIENCE);
    });
    signal.throwIfAborted();
    return this.#answerOf(outputs, picture);
  };

  #start(): Reader {
    const reader = this.#startReader();
    reader.onmessage = ({ data }: MessageEvent<Message>): void => { this.#hear(data); };
    reader.onerror = (): void => { this.#giveUp(); };
    return reader;
  }

  #hear(message: Message): void {
    if (message.kind === 'ready') {
      this.#ready = true;
      return;
    }
    if (message.kind === 'failed') {
      this.#giveUp();
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.outputs);
    else if (waiting) {
      waiting.reject(new RecognitionFailure('failed'));
      // An engine that has failed may have no memory left: the next question has a new one.
      this.#giveUp();
    }
  }

  /** It goes on loading, but nobody should wait for that with nothing said. */
  #stillLoading(id: number): void {
    if (this.#ready) return;
    this.#waiting.get(id)?.reject(new RecognitionFailure('notLoaded'));
    this.#waiting.delete(id);
  }

  /** Its files could not be had. The next question tries anew. */
  #giveUp(): void {
    this.#reader?.terminate();
    this.#reader = null;
    this.#ready = false;
    const unanswered = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of unanswered) reject(new RecognitionFailure('notLoaded'));
  }

  #answerOf({ probabilities, isDigit, box, seen, evidence, frame, model, elapsedMs }: Outputs, { onSheet }: Picture): Answer {
    const confidence = Math.max(...probabilities);
    const digit = probabilities.indexOf(confidence);
    const rest = { place: 'device', model, engine: 'onnxruntime-web', elapsedMs } as const;
    if (!box) return { text: '', digits: [], ...rest };
    const read = {
      digit,
      confidence,
      isDigit,
      probabilities: [...probabilities],
      seen: this.#seenAddress(seen),
      evidence: { maps: [...evidence], frame: onSheet(frame) },
    };
    return { text: String(digit), digits: [read], ...rest };
  }
}

/** Some people switch WebAssembly off, as iOS does in its lockdown mode. */
function isAble(): boolean {
  return typeof WebAssembly !== 'undefined';
}

function startWorker(): Reader {
  return new Worker(new URL('./readingWorker.ts', import.meta.url), { type: 'module', name: 'reading' });
}

/** A square picture of ink as the address of a PNG, dark on white. */
function pictureAddress(ink: Float32Array): string | null {
  const side = Math.sqrt(ink.length);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context) return null;
  const picture = context.createImageData(side, side);
  ink.forEach((level, index) => {
    const grey = Math.round(255 * (1 - level));
    picture.data.set([grey, grey, grey, 255], 4 * index);
  });
  context.putImageData(picture, 0, 0);
  return canvas.toDataURL('image/png');
}
