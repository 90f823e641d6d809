import { DataError } from "@evenkeel/tensor";
import { anArray, checkOptions, checkValue, oneOf, text } from "@evenkeel/tensor/checks";
import type { ImageSet } from "../images/image-set.ts";
import { checkImageSet } from "../images/image-set.ts";
import { checkBytes } from "./check-bytes.ts";
import { cifar10Classes, cifar100Classes } from "./cifar-classes.ts";

const pixels = 3 * 32 * 32;

/**
 * Reads the binary CIFAR-10 format: records of one label byte and 3 x 32 x 32 pixel bytes, from one file or several. Throws
 * DataError if a file does not consist of whole records or a label is greater than 9.
 *
 * @example const test = readCifar10([await readFile("test_batch.bin")]);
 */
export function readCifar10(files: readonly Uint8Array[], name = "cifar10"): ImageSet {
  return readRecords(files, { name, labelBytes: 1, label: 0, classes: cifar10Classes });
}

export interface Cifar100Options {
  /** `fine` for the 100 classes, `coarse` for the 20 groups of five classes. Default: `fine`. */
  readonly labels?: "fine" | "coarse";
  /** Default: `cifar100`. */
  readonly name?: string;
}

/**
 * Reads the binary CIFAR-100 format: records of a coarse label byte, a fine label byte and 3 x 32 x 32 pixel bytes.
 * Throws DataError if a file does not consist of whole records or a label has no class, ArgumentError for wrong
 * options.
 *
 * @example const train = readCifar100([await readFile("train.bin")], { labels: "coarse" });
 */
export function readCifar100(files: readonly Uint8Array[], options: Cifar100Options = {}): ImageSet {
  checkOptions<Cifar100Options>("readCifar100", options, { labels: oneOf("fine", "coarse"), name: text });
  const { labels = "fine", name = "cifar100" } = options;
  const label = labels === "fine" ? 1 : 0;
  return readRecords(files, { name, labelBytes: 2, label, classes: cifar100Classes[labels] });
}

interface RecordFormat {
  readonly name: string;
  /** The number of label bytes at the beginning of a record. */
  readonly labelBytes: number;
  readonly label: number;
  readonly classes: readonly string[];
}

function readRecords(files: readonly Uint8Array[], format: RecordFormat): ImageSet {
  const { name, labelBytes, label, classes } = format;
  const recordBytes = labelBytes + pixels;
  checkValue(`${name}: files`, files, anArray);
  files.forEach((file, index) => {
    checkBytes(`${name}: file ${index}`, file);
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
      labels[position] = file[record + label]!;
      images.set(file.subarray(record + labelBytes, record + recordBytes), position * pixels);
      position++;
    }
  }
  return checkImageSet({ name, images, labels, imageShape: [3, 32, 32], classes });
}
