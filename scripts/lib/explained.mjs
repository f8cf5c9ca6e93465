/** A failure whose message is a sentence for a person: shown alone, without a trace. */
export class Explained extends Error {}
