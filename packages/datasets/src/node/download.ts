import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DataError, EvenkeelError } from "@evenkeel/tensor";
import { storageError } from "@evenkeel/tensor/node";
import type { PublishedFile } from "../catalog.ts";

/** No address could be reached, or every one of them failed; the message lists the reasons. */
export class DownloadError extends EvenkeelError {
  override readonly name = "DownloadError";
}

export interface DownloadOptions {
  /** Called as bytes arrive, those of an earlier attempt counted in. */
  readonly onProgress?: (file: string, bytes: number, totalBytes: number) => void;
  /** How long to wait for a server's answer, and for the next bytes. Default: 5 seconds. */
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Downloads a published file to `path`, from the first address that has it. What arrives is kept in `path.partial`, so that
 * a broken download goes on where it stopped; the file takes its name only when its checksum is right.
 *
 * Throws DownloadError when no address answers, DataError for a wrong checksum, StorageError when it cannot be written.
 */
export async function download(
  published: PublishedFile,
  addresses: readonly string[],
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw storageError(path, error);
  });
  const reasons: string[] = [];
  for (const address of addresses) {
    const url = `${address}/${published.file}`;
    try {
      await fetchInto(url, published, partial, options);
      await checkFile(partial, published);
      await rename(partial, path);
      return;
    } catch (error) {
      if (options.signal?.aborted) throw error;
      if (error instanceof EvenkeelError && !(error instanceof DownloadError || error instanceof DataError))
        throw error;
      if (error instanceof DataError) await rm(partial, { force: true });
      reasons.push(`${url}: ${reasonOf(error)}`);
    }
  }
  throw new DownloadError(`${published.file}: could not be downloaded. ${reasons.join(". ")}`);
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

async function fetchInto(
  url: string,
  { file, bytes: totalBytes }: PublishedFile,
  partial: string,
  { onProgress, signal, timeoutMilliseconds = 5000 }: DownloadOptions,
): Promise<void> {
  const present = await sizeOfFile(partial);
  if (present === totalBytes) return;
  const timeout = new AbortController();
  const expire = (): void =>
    timeout.abort(new DownloadError(`no data for ${timeoutMilliseconds / 1000} seconds`));
  let timer = setTimeout(expire, timeoutMilliseconds);
  try {
    const response = await fetch(url, {
      headers: present > 0 && present < totalBytes ? { range: `bytes=${present}-` } : {},
      signal: signal === undefined ? timeout.signal : AbortSignal.any([timeout.signal, signal]),
    });
    if (!response.ok || response.body === null) {
      throw new DownloadError(`the server answered ${response.status} ${response.statusText}`);
    }
    const resumes = response.status === 206;
    let received = resumes ? present : 0;
    const target = await open(partial, resumes ? "a" : "w");
    try {
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(expire, timeoutMilliseconds);
        received += chunk.length;
        if (received > totalBytes) throw new DataError(`found more than the expected ${totalBytes} bytes`);
        await target.write(chunk).catch((error) => {
          throw storageError(partial, error);
        });
        onProgress?.(file, received, totalBytes);
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function sizeOfFile(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Throws DataError unless the file has the published size and checksum. */
export async function checkFile(path: string, { bytes, sha256 }: PublishedFile): Promise<void> {
  const found = await sizeOfFile(path);
  if (found !== bytes) throw new DataError(`${path}: found ${found} bytes, expected ${bytes}`);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  const digest = hash.digest("hex");
  if (digest !== sha256) {
    throw new DataError(
      `${path}: found the sha256 checksum ${digest}, expected ${sha256}: the file is damaged`,
    );
  }
}
