import { createHash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { PublishedFile, PublishedImages } from "../src/index.ts";

export function idx(shape: readonly number[], data: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((dimension, axis) => {
    header.writeUInt32BE(dimension, 4 + 4 * axis);
  });
  return gzipSync(Buffer.concat([header, Buffer.from(data)]));
}

export const contents: { readonly [file: string]: Buffer } = {
  "train-images.gz": idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
  "train-labels.gz": idx([2], [0, 1]),
  "test-images.gz": idx([1, 2, 2], [9, 9, 9, 9]),
  "test-labels.gz": idx([1], [1]),
};

export const describeFile = (file: string, body: Buffer): PublishedFile => ({
  file,
  bytes: body.length,
  sha256: createHash("sha256").update(body).digest("hex"),
});

/** A set of two images and one, of two classes. */
export function tinySet(addresses: readonly string[]): PublishedImages {
  const makeFile = (file: string) => describeFile(file, contents[file]!);
  return {
    name: "tiny",
    folder: "tiny",
    addresses,
    classes: ["a", "b"],
    train: { images: makeFile("train-images.gz"), labels: makeFile("train-labels.gz") },
    test: { images: makeFile("test-images.gz"), labels: makeFile("test-labels.gz") },
  };
}

/** A server on this machine, whose `close` does not wait for open connections. */
export async function serve(
  listener: RequestListener,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
