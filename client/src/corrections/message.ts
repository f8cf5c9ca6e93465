/** What the server is to be told: a correction to keep, or one to forget. */
export type Message = Keep | Forget;

interface Keep {
  readonly kind: 'keep';
  /** The server keeps a correction of one key once, however often it is sent. */
  readonly key: string;
  /** When the person said so, in milliseconds since 1970. */
  readonly time: number;
  /** What was read; null for "not a digit". */
  readonly read: number | null;
  /** What it was; null for no digit at all. */
  readonly was: number | null;
  readonly model: string;
  /** A PNG, as a data address. */
  readonly picture: string;
}

interface Forget {
  readonly kind: 'forget';
  readonly key: string;
  readonly time: number;
}
