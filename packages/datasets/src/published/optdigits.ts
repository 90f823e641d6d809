import { DataError } from "@evenkeel/tensor";
import type { ImageSet } from "../images/image-set.ts";
import { checkImageSet } from "../images/image-set.ts";
import { readLines } from "../text-files/lines.ts";
import type { PublishedSet } from "./published-set.ts";

const pixels = 8 * 8;
/** The pixels and the label. */
const digit = /^((\d|1[0-6]),){64}\d$/;

/** Alpaydin and Kaynak 1998. 3,823 + 1,797 handwritten digits of 8 x 8, with 17 shades of grey; CC BY 4.0. */
export const optdigits: PublishedSet<"train" | "test", ImageSet> = {
  name: "optdigits",
  folder: "optdigits",
  addresses: ["https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits"],
  parts: {
    train: {
      images: {
        file: "optdigits.tra",
        bytes: 563639,
        sha256: "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
      },
    },
    test: {
      images: {
        file: "optdigits.tes",
        bytes: 264712,
        sha256: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
      },
    },
  },
  read: async ({ images }, part) => readDigits(images!, `optdigits (${part})`),
};

/** Reads lines of the 64 pixels of an image, from 0 to 16, and its label. */
async function readDigits(bytes: Uint8Array, name: string): Promise<ImageSet> {
  const values: number[] = [];
  const labels: number[] = [];
  for await (const line of readLines(bytes, { name })) {
    if (!digit.test(line)) {
      throw new DataError(
        `${name}: line ${labels.length + 1}: found ${line.split(",").length} fields, expected ${pixels + 1} numbers from 0 to 16`,
      );
    }
    const fields = line.split(",").map(Number);
    labels.push(fields.pop()!);
    values.push(...fields);
  }
  return checkImageSet({
    name,
    images: Uint8Array.from(values),
    labels: Int32Array.from(labels),
    imageShape: [1, 8, 8],
    classes: [..."0123456789"],
  });
}
