/** Messages to a worker: the module that it loads, if its script is this package's, and the examples that it changes. */
export type ToWorker =
  | { readonly evenkeelModule: string; readonly name: string }
  | { readonly evenkeelExample: number; readonly example: unknown; readonly index: number };

/** Messages from a worker: that it listens, that its module could not be loaded, and what became of an example. */
export type FromWorker =
  | { readonly evenkeelWorker: "ready" }
  | { readonly evenkeelWorker: "failed"; readonly failure: Failure }
  | { readonly evenkeelExample: number; readonly changed: unknown }
  | { readonly evenkeelExample: number; readonly failure: Failure };

/** An error in a message: cloning an error loses names that are not JavaScript's own. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined };
  const { name, message, stack } = error;
  return { name, message, stack };
}

/** Other code of a worker may use messages of its own. */
export const isOwn = (data: unknown): data is object =>
  typeof data === "object" &&
  data !== null &&
  ["evenkeelModule", "evenkeelExample", "evenkeelWorker"].some((key) => key in data);

/** The buffers that arrays of a value fill; they are moved instead of copied. Arrays that share a buffer with others are copied. */
export function listBuffers(value: unknown, found: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (typeof value !== "object" || value === null) return found;
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) found.add(buffer);
  } else if (value instanceof ArrayBuffer) found.add(value);
  else for (const part of Object.values(value)) listBuffers(part, found);
  return found;
}
