import { DataError } from "@evenkeel/tensor";
import { checkOptions, checkValue } from "@evenkeel/tensor/checks";
import type { PublishedFile } from "../catalog.ts";
import type { DownloadOptions } from "../published/download-options.ts";
import { DownloadError, downloadRules, publishedFile, webAddresses } from "../published/download-options.ts";
import { readStream } from "../text-files/text-source.ts";
import { checkContents } from "./verify.ts";

/**
 * Fetches a published file from the first address that has it, and verifies its size and checksum. A connection that breaks is
 * resumed where it stopped.
 *
 * Throws DownloadError if no address can be reached, DataError if the file at an address is a different one or damaged, ArgumentError
 * for wrong arguments, and the signal's reason when it is aborted.
 *
 * @example const bytes = await fetchPublishedFile(mnist.test.labels, mnist.addresses);
 */
export async function fetchPublishedFile(
  published: PublishedFile,
  addresses: readonly string[],
  options: DownloadOptions = {},
): Promise<Uint8Array> {
  checkValue("fetchPublishedFile: published", published, publishedFile);
  checkValue("fetchPublishedFile: addresses", addresses, webAddresses);
  checkOptions<DownloadOptions>("fetchPublishedFile", options, downloadRules);
  const failures: string[] = [];
  let [isDamaged, wasAnswered] = [false, false];
  for (const address of addresses) {
    const url = `${address}/${published.file}`;
    try {
      const bytes = await receiveWhole(url, published, options);
      await checkContents(published.file, bytes, published);
      return bytes;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof DownloadError || error instanceof DataError)) throw error;
      isDamaged ||= error instanceof DataError;
      wasAnswered ||= error instanceof DataError || error.wasAnswered;
      failures.push(`${url}: ${error.message}`);
    }
  }
  const message = `${published.file}: could not be downloaded. ${failures.join(". ")}`;
  throw isDamaged ? new DataError(message) : new DownloadError(message, { wasAnswered });
}

/** The bytes of a file that have arrived. */
interface Received {
  readonly bytes: Uint8Array;
  count: number;
}

const mostConnections = 5;

/** Resumes broken connections, as long as each one transfers some bytes. */
async function receiveWhole(
  url: string,
  published: PublishedFile,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const received: Received = { bytes: new Uint8Array(published.bytes), count: 0 };
  for (let connection = 1; ; connection++) {
    const before = received.count;
    try {
      await receiveRest(url, published, received, options);
      return received.bytes;
    } catch (error) {
      const isBroken = error instanceof DownloadError && !options.signal?.aborted;
      if (isBroken && received.count === published.bytes) return received.bytes;
      if (!isBroken || received.count <= before || connection === mostConnections) throw error;
    }
  }
}

async function receiveRest(
  url: string,
  { file, bytes: totalBytes }: PublishedFile,
  received: Received,
  options: DownloadOptions,
): Promise<void> {
  for await (const chunk of receiveChunks(url, received, options)) {
    if (received.count + chunk.length > totalBytes) {
      throw new DataError(`found more than ${totalBytes} bytes, expected ${totalBytes}`);
    }
    received.bytes.set(chunk, received.count);
    received.count += chunk.length;
    options.onProgress?.(file, received.count, totalBytes);
  }
  if (received.count < totalBytes) {
    throw new DataError(`found ${received.count} bytes, expected ${totalBytes}`);
  }
}

/** The bytes of an answer, as they arrive. Throws DownloadError if the connection breaks, or nothing arrives for too long. */
async function* receiveChunks(
  url: string,
  received: Received,
  { signal, timeoutMilliseconds = 5000 }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const silence = new AbortController();
  const wait = () => setTimeout(() => silence.abort(), timeoutMilliseconds);
  let timer = wait();
  try {
    const signals = [silence.signal, ...(signal === undefined ? [] : [signal])];
    const body = await requestFrom(url, received, AbortSignal.any(signals));
    for await (const chunk of readStream(body)) {
      clearTimeout(timer);
      yield chunk;
      timer = wait();
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DataError || error instanceof DownloadError) throw error;
    // A page is not told why: the server may be out of reach, or not allow other sites to read its files.
    const reason = silence.signal.aborted
      ? `no data for ${timeoutMilliseconds / 1000} seconds`
      : `could not be fetched: ${(error as Error).message}`;
    throw new DownloadError(reason, { cause: error, wasAnswered: received.count > 0 });
  } finally {
    clearTimeout(timer);
  }
}

/** The body of an answer from the first byte that is missing; a server that sends all is listened to from the beginning. */
async function requestFrom(
  url: string,
  received: Received,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers: HeadersInit = received.count > 0 ? { range: `bytes=${received.count}-` } : {};
  const answer = await fetch(url, { headers, signal });
  if (!answer.ok || answer.body === null) {
    throw new DownloadError(`the server answered ${answer.status} ${answer.statusText}`.trim(), {
      wasAnswered: true,
    });
  }
  if (answer.status !== 206) received.count = 0;
  const encoding = answer.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    await answer.body.cancel();
    throw new DataError(
      `found the file in ${encoding}, which browsers decompress, expected it as it was published`,
    );
  }
  return answer.body;
}
