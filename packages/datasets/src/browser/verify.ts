import { DataError } from "@evenkeel/tensor";
import type { PublishedFile } from "../catalog.ts";

/** Throws DataError unless the bytes have the published size and checksum, or if the page cannot compute checksums. */
export async function checkContents(
  where: string,
  bytes: Uint8Array,
  { bytes: expected, sha256 }: PublishedFile,
): Promise<void> {
  if (bytes.length !== expected) {
    throw new DataError(`${where}: found ${bytes.length} bytes, expected ${expected}`);
  }
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined) {
    throw new DataError(
      `${where}: could not be verified: found no Web Crypto API, expected a secure page (https or localhost)`,
    );
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as BufferSource));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found === sha256) return;
  throw new DataError(
    `${where}: found the sha256 checksum ${found}, expected ${sha256}: the file is damaged`,
  );
}
