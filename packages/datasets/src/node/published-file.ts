import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { DataError } from "@evenkeel/tensor";
import type { PublishedFile } from "../catalog.ts";

/**
 * Reads a published file and checks its size and checksum. Throws DataError if the file is missing, cannot be read, or is
 * a different one.
 *
 * @example const bytes = await readPublishedFile("data/mnist/t10k-labels-idx1-ubyte.gz", mnist.test.labels);
 */
export async function readPublishedFile(path: string, { bytes, sha256 }: PublishedFile): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size !== bytes) throw new DataError(`${path}: found ${size} bytes, expected ${bytes}`);
    const contents = await readFile(path);
    checkDigest(path, createHash("sha256").update(contents).digest("hex"), sha256);
    return contents;
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: could not be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Throws DataError unless the checksum is the published one. */
export function checkDigest(where: string, found: string, expected: string): void {
  if (found === expected) return;
  throw new DataError(
    `${where}: found the sha256 checksum ${found}, expected ${expected}: the file is damaged`,
  );
}
