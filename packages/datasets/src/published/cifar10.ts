import { DataError } from "@evenkeel/tensor";
import { parseTar } from "nanotar";
import type { PublishedFile } from "../catalog.ts";
import { readCifar10 } from "../formats/cifar.ts";
import { gunzip } from "../formats/gunzip.ts";
import type { ImageSet } from "../images/image-set.ts";
import type { PublishedSet } from "./published-set.ts";

const archive: PublishedFile = {
  file: "cifar-10-binary.tar.gz",
  bytes: 170052171,
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
};

/** The files of a part in the archive, each with 10,000 images. */
const batchFiles: { readonly [part: string]: readonly string[] } = {
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: ["test_batch.bin"],
};

/** More than the six files of 30,730,000 bytes and their headers. */
const maxBytes = 2 ** 28;

/**
 * Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"; without an explicit licence, cite the report. 50,000 + 10,000
 * color images of 32 x 32 in ten classes.
 */
export const cifar10: PublishedSet<"train" | "test", ImageSet> = {
  name: "cifar10",
  folder: "cifar10",
  addresses: ["https://www.cs.toronto.edu/~kriz"],
  parts: { train: { archive }, test: { archive } },
  read: ({ archive: bytes }, part) => readArchive(bytes!, part),
};

async function readArchive(bytes: Uint8Array, part: string): Promise<ImageSet> {
  const name = `cifar10 (${part})`;
  const files = new Map(
    parseTar(await gunzip(bytes, { maxBytes, name })).map((entry) => [
      entry.name.split("/").at(-1),
      entry.data,
    ]),
  );
  const batches = batchFiles[part]!.map((file) => {
    const contents = files.get(file);
    if (contents === undefined) throw new DataError(`${name}: found no ${file} in the archive, expected one`);
    return contents;
  });
  return readCifar10(batches, name);
}
