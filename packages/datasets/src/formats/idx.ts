import { DataError } from "@evenkeel/tensor";
import type { ImageSet } from "../image-set.ts";
import { checkImageSet } from "../image-set.ts";
import { gunzip, isGzip } from "./gunzip.ts";

/** The largest idx file that is read: 1 GiB is 20 times the largest published one. */
const maxIdxBytes = 2 ** 30;

export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an array of unsigned bytes in the idx format of the MNIST files, gzipped or plain: big-endian header `00 00 08 rank`,
 * one u32 per dimension, then the data. Throws DataError when the magic, the type or the length is wrong.
 *
 * @example const { shape, data } = await readIdx(bytes); // [60000, 28, 28]
 */
export async function readIdx(bytes: Uint8Array, name = "idx data"): Promise<IdxArray> {
  return parseIdx(isGzip(bytes) ? await gunzip(bytes, maxIdxBytes, name) : bytes, name);
}

function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  if (bytes.length < 4) throw new DataError(`${name}: found ${bytes.length} bytes, expected an idx header`);
  const [zero, zeroToo, type, rank] = bytes as unknown as [number, number, number, number];
  if (zero !== 0 || zeroToo !== 0 || type !== 8 || rank < 1) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new DataError(`${name}: found the idx header ${found}, expected 00 00 08 and a rank of at least 1`);
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new DataError(`${name}: found ${bytes.length} bytes, expected a header of ${headerBytes}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (bytes.length - headerBytes !== size) {
    throw new DataError(
      `${name}: found ${bytes.length - headerBytes} bytes of data, expected ${size} for the shape [${shape.join(", ")}]`,
    );
  }
  return { shape, data: bytes.subarray(headerBytes) };
}

/** Grey images and their labels from a pair of idx files. Throws DataError when the two do not belong together. */
export async function readIdxImages(
  files: { readonly images: Uint8Array; readonly labels: Uint8Array },
  description: { readonly name: string; readonly classes: readonly string[] },
): Promise<ImageSet> {
  const { name, classes } = description;
  const images = await readIdx(files.images, `${name} images`);
  const labels = await readIdx(files.labels, `${name} labels`);
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new DataError(
      `${name}: found images [${images.shape.join(", ")}] and labels [${labels.shape.join(", ")}], expected [n, height, width] and [n]`,
    );
  }
  return checkImageSet({
    name,
    images: images.data,
    labels: labels.data,
    imageShape: [1, height!, width!],
    classes,
  });
}
