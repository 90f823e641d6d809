import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { checkOptions, checkValue, text } from "@evenkeel/tensor/checks";
import { removeAbandoned } from "@evenkeel/tensor/node";
import type { PublishedFile } from "../catalog.ts";
import type { DownloadOptions } from "../published/download-options.ts";
import { DownloadError, downloadRules, publishedFile, webAddresses } from "../published/download-options.ts";
import { readChunks, requestAnswer } from "./answer.ts";
import { PartialFile } from "./partial-file.ts";
import { checkDigest, readPublishedFile } from "./published-file.ts";

/**
 * Downloads a published file to `path`, from the first address that has it. The file at `path` is replaced once the
 * checksum is verified, so several processes may download the same file at the same time. An interrupted download is
 * resumed where it stopped.
 *
 * Throws DownloadError if no address can be reached, DataError if the file at an address is a different one or damaged,
 * StorageError if it cannot be written, ArgumentError for wrong arguments, and the signal's reason when it is aborted.
 *
 * @example await download(mnist.test.labels, mnist.addresses, "data/mnist/t10k-labels-idx1-ubyte.gz");
 */
export async function download(
  published: PublishedFile,
  addresses: readonly string[],
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  checkValue("download: published", published, publishedFile);
  checkValue("download: addresses", addresses, webAddresses);
  checkValue("download: path", path, text);
  checkOptions<DownloadOptions>("download", options, downloadRules);
  await removeAbandoned(dirname(path));
  const partial = new PartialFile(path);
  try {
    await receiveFromFirst(addresses, published, partial, options);
    await partial.finish();
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    // Another process may have written the complete file and be reading it, and some systems cannot replace a file in use.
    await readPublishedFile(path, published).catch(() => {
      throw error;
    });
  } finally {
    await partial.discard();
  }
}

/** Fills the partial file from the first address that has the published one. */
async function receiveFromFirst(
  addresses: readonly string[],
  published: PublishedFile,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  const failures: string[] = [];
  let [isDamaged, wasAnswered] = [false, false];
  for (const address of addresses) {
    const url = `${address}/${published.file}`;
    // The previous address may have begun to send a different file.
    await partial.restart();
    try {
      await receiveWhole(url, published, partial, options);
      return checkDigest(published.file, partial.computeChecksum(), published.sha256);
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

const mostConnections = 5;

/** Resumes broken connections, as long as each one transfers some bytes. */
async function receiveWhole(
  url: string,
  published: PublishedFile,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  for (let connection = 1; ; connection++) {
    const before = partial.bytes;
    try {
      return await receiveRest(url, published, partial, options);
    } catch (error) {
      const isBroken = error instanceof DownloadError && !options.signal?.aborted;
      if (isBroken && partial.bytes === published.bytes) return;
      if (!isBroken || partial.bytes <= before || connection === mostConnections) throw error;
    }
  }
}

async function receiveRest(
  url: string,
  { file, bytes: totalBytes }: PublishedFile,
  partial: PartialFile,
  { onProgress, signal, timeoutMilliseconds = 5000 }: DownloadOptions,
): Promise<void> {
  const answer = await requestAnswer(url, { from: partial.bytes, timeoutMilliseconds, signal });
  try {
    if (answer.statusCode === 200) await partial.restart();
    checkLength(answer, partial.bytes, totalBytes);
    for await (const chunk of readChunks(answer)) {
      await partial.append(chunk);
      if (partial.bytes > totalBytes)
        throw new DataError(`found more than ${totalBytes} bytes, expected ${totalBytes}`);
      onProgress?.(file, partial.bytes, totalBytes);
    }
  } finally {
    answer.destroy();
  }
  if (partial.bytes < totalBytes) {
    throw new DataError(`found ${partial.bytes} bytes, expected ${totalBytes}`);
  }
}

/** Throws DataError if the headers announce a file other than the published one, or a different part of it. */
function checkLength({ headers }: IncomingMessage, from: number, totalBytes: number): void {
  const [, first = from] = /^bytes (\d+)-/.exec(headers["content-range"] ?? "") ?? [];
  const length = headers["content-length"] ?? totalBytes - from;
  if (Number(first) === from && Number(length) === totalBytes - from) return;
  const encoding = headers["content-encoding"] === undefined ? "" : ` in ${headers["content-encoding"]}`;
  throw new DataError(
    `found ${length} bytes${encoding} from byte ${first}, expected ${totalBytes - from} from byte ${from}`,
  );
}
