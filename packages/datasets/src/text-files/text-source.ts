import { ArgumentError, DataError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { describeValue, text } from "@evenkeel/tensor/checks";
import { isGzip } from "../formats/gunzip.ts";

/** Text, or its bytes, gzipped or plain: whole, as a file, as the answer of `fetch`, or as a stream. */
export type TextSource =
  | string
  | Uint8Array
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

export interface TextOptions {
  /** The encoding of bytes by its label in the Encoding Standard, such as `windows-1252`. Default: `utf-8`. */
  readonly encoding?: string;
  /** The name of the data in errors. Default: `text`. */
  readonly name?: string;
}

const anEncoding: Rule = {
  expected: "the label of an encoding, such as utf-8",
  accepts: (value) => {
    try {
      return typeof value === "string" && new TextDecoder(value).encoding !== "";
    } catch {
      return false;
    }
  },
};

export const textRules: Rules<TextOptions> = { encoding: anEncoding, name: text };

/** The text of a source, in pieces. Throws DataError for bytes that are not text in the encoding, and for damaged gzip data. */
export async function* decodeText(source: TextSource, options: TextOptions = {}): AsyncGenerator<string> {
  const { encoding = "utf-8", name = "text" } = options;
  if (typeof source === "string") {
    yield source.replace(/^\uFEFF/, "");
    return;
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const bytes of gunzipStream(openBytes(source, name), name)) {
    yield decodeBytes(decoder, name, bytes);
  }
  yield decodeBytes(decoder, name);
}

/** Decodes the next bytes, or ends the text. */
function decodeBytes(decoder: TextDecoder, name: string, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    throw new DataError(
      `${name}: found bytes that are not ${decoder.encoding}, expected text in it: \`encoding\` names another one`,
      { cause: error },
    );
  }
}

function openBytes(source: Exclude<TextSource, string>, name: string): AsyncIterable<Uint8Array> {
  if (ArrayBuffer.isView(source)) return listOne(source as Uint8Array);
  if (source instanceof Blob) return readStream(source.stream());
  if (source instanceof Response) {
    if (!source.ok)
      throw new DataError(`${name}: the server answered ${source.status} ${source.statusText}`.trim());
    return source.body === null ? listOne(new Uint8Array(0)) : readStream(source.body);
  }
  if (typeof source === "object" && source !== null && "getReader" in source) return readStream(source);
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) return source;
  throw new ArgumentError(
    `${name}: found ${describeValue(source)}, expected a string, bytes, a Blob, a Response, or a stream of bytes`,
  );
}

async function* listOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The chunks of a stream, which is cancelled if the loop is left. Not all browsers can iterate over streams. */
export async function* readStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let isDone = false;
  try {
    while (true) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isDone) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

/** Decompresses bytes that begin like a gzip file, and passes on others. */
async function* gunzipStream(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let start = new Uint8Array(0);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      start = joinBytes(start, next.value);
      if (start.length >= 2) break;
    }
    if (isGzip(start)) yield* decompress(start, iterator, name);
    else {
      yield start;
      yield* { [Symbol.asyncIterator]: () => iterator };
    }
  } finally {
    await iterator.return?.();
  }
}

async function* decompress(
  start: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  let failure: unknown;
  const compressed = new ReadableStream<BufferSource>({
    start: (controller) => controller.enqueue(start as BufferSource),
    pull: async (controller) => {
      try {
        const { done, value } = await rest.next();
        if (done) controller.close();
        else controller.enqueue(value as BufferSource);
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  });
  try {
    yield* readStream(compressed.pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    if (failure !== undefined) throw failure;
    throw new DataError(`${name}: found damaged gzip data: ${(error as Error).message}`, { cause: error });
  }
}

function joinBytes(start: Uint8Array, end: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(start.length + end.length);
  joined.set(start);
  joined.set(end, start.length);
  return joined;
}
