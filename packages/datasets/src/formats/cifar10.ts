import { DataError } from "@evenkeel/tensor";
import type { ImageSet } from "../image-set.ts";
import { checkImageSet } from "../image-set.ts";

const pixels = 3 * 32 * 32;
const recordBytes = 1 + pixels;

export const cifar10Classes: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/**
 * Reads the binary CIFAR-10 format: records of one label byte and 3 x 32 x 32 pixel bytes, from one file or several. Throws
 * DataError when a file does not hold whole records or a label is above 9.
 */
export function readCifar10(files: readonly Uint8Array[], name = "cifar10"): ImageSet {
  files.forEach((file, index) => {
    if (file.length === 0 || file.length % recordBytes !== 0) {
      throw new DataError(
        `${name}: file ${index}: found ${file.length} bytes, expected a multiple of ${recordBytes} (label and pixels)`,
      );
    }
  });
  const count = files.reduce((sum, file) => sum + file.length / recordBytes, 0);
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  let position = 0;
  for (const file of files) {
    for (let record = 0; record < file.length; record += recordBytes) {
      labels[position] = file[record]!;
      images.set(file.subarray(record + 1, record + recordBytes), position * pixels);
      position++;
    }
  }
  return checkImageSet({ name, images, labels, imageShape: [3, 32, 32], classes: cifar10Classes });
}
