/** Of the client, from its package.json. */
declare const __VERSION__: string;
