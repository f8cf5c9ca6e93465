import { canvasesAreReadable } from '../canvas/readable';

export type PhotoProblem = 'unreadable' | 'elsewhere' | 'hidden' | 'refused' | 'noCamera' | 'insecure' | 'cameraFailed';

export class PhotoError extends Error {
  override readonly name = 'PhotoError';

  constructor(readonly problem: PhotoProblem) {
    super(problem);
  }
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels along the longer side that are enough to crop from. */
const LARGEST = 1600;

/** Pixels along the side of a look at the whole, to see what lies on what. */
const THUMBNAIL = 64;

/** Pixels along the side of what has been cropped. */
const CROPPED = 512;

/**
 * A picture file, upright as its EXIF says, scaled down where it is large.
 * Rejects with a PhotoError where the browser cannot open it.
 */
export async function open(file: Blob): Promise<HTMLCanvasElement> {
  if (!canvasesAreReadable()) throw new PhotoError('hidden');
  let bitmap: ImageBitmap;
  try {
    // Upright without an option that says so, whose name older browsers do not know and fail at.
    bitmap = await createImageBitmap(file);
  } catch {
    throw new PhotoError('unreadable');
  }
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  const paper = paperFor(bitmap);
  const canvas = painted(bitmap.width * scale, bitmap.height * scale, (context, width, height) => {
    context.drawImage(bitmap, 0, 0, width, height);
  }, paper);
  bitmap.close();
  return canvas;
}

/** The paper under a picture that is transparent: black under light ink. What is mostly opaque has its own. */
function paperFor(bitmap: ImageBitmap): string {
  const canvas = document.createElement('canvas');
  canvas.width = THUMBNAIL;
  canvas.height = THUMBNAIL;
  const context = canvas.getContext('2d');
  if (!context) throw new PhotoError('unreadable');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, THUMBNAIL, THUMBNAIL);
  const { data } = context.getImageData(0, 0, THUMBNAIL, THUMBNAIL);
  let [visible, light] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
    visible += alpha;
    light += alpha * (0.299 * red + 0.587 * green + 0.114 * blue);
  }
  const isMostlyOpaque = visible >= 127.5 * THUMBNAIL ** 2;
  return isMostlyOpaque || light <= 127.5 * visible ? '#ffffff' : '#000000';
}

/** A quarter of a turn clockwise. */
export function turned(picture: HTMLCanvasElement): HTMLCanvasElement {
  return painted(picture.height, picture.width, (context, width) => {
    context.translate(width, 0);
    context.rotate(Math.PI / 2);
    context.drawImage(picture, 0, 0);
  });
}

/** The square of a picture that has been chosen. */
export function cropped(picture: HTMLCanvasElement, { x, y, width, height }: Area): HTMLCanvasElement {
  const side = Math.min(CROPPED, Math.max(width, 1));
  return painted(side, side, (context) => { context.drawImage(picture, x, y, width, height, 0, 0, side, side); });
}

/** What the camera sees now: the square in the middle, which the frame shows. */
export function shot(video: HTMLVideoElement): HTMLCanvasElement {
  const { videoWidth, videoHeight } = video;
  const side = Math.min(videoWidth, videoHeight);
  return painted(side, side, (context) => {
    context.drawImage(video, (videoWidth - side) / 2, (videoHeight - side) / 2, side, side, 0, 0, side, side);
  });
}

/** The camera at the back where there are several. Rejects with a PhotoError. */
export async function openCamera(): Promise<MediaStream> {
  if (!canvasesAreReadable()) throw new PhotoError('hidden');
  // Typed as always there, which it is not on a page without TLS.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new PhotoError(isSecureContext ? 'noCamera' : 'insecure');
  try {
    return await devices.getUserMedia({ video: { facingMode: { ideal: 'environment' } } });
  } catch (error) {
    throw new PhotoError(problemOf(error));
  }
}

function problemOf(error: unknown): PhotoProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'noCamera' : 'cameraFailed';
}

type Paint = (context: CanvasRenderingContext2D, width: number, height: number) => void;

function painted(width: number, height: number, paint: Paint, paper = '#ffffff'): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = canvas.getContext('2d');
  if (!context) throw new PhotoError('unreadable');
  // What is transparent lies on paper.
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  paint(context, canvas.width, canvas.height);
  return canvas;
}
