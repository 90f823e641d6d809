import { checkValue } from "@evenkeel/tensor/checks";
import { readColumns, readRows } from "../examples/columns.ts";
import type { Dataset } from "../examples/dataset.ts";
import { isDataset, makeDataset } from "../examples/dataset.ts";
import type { HostData, ShapedArray } from "../examples/host-data.ts";
import type { ImageSet } from "../images/image-set.ts";
import { checkImageSet, countImages, countValuesPerImage } from "../images/image-set.ts";

/** One example of a structure of arrays. */
export type Row<Columns> = Columns extends HostData
  ? ShapedArray
  : { readonly [Part in keyof Columns]: Row<Columns[Part]> };

/** An image as it is stored. Shapes: inputs u8 [channels, height, width], labels i32 []. */
export interface ImageExample {
  readonly inputs: ShapedArray;
  readonly labels: ShapedArray;
}

/** One example of a source of examples. */
export type ExampleIn<Source> = Source extends ImageSet
  ? ImageExample
  : Source extends Dataset<unknown>
    ? Awaited<ReturnType<Source["get"]>>
    : Source extends readonly (infer Example)[]
      ? Example
      : Row<Source>;

/**
 * The examples of a source one at a time: of an image set, an array of examples, or a record of arrays whose first dimension counts
 * the examples. A `Dataset` is returned as it is.
 *
 * Throws ArgumentError for another source, ShapeError for arrays of different numbers of examples, DataError for an image set whose
 * parts do not fit together.
 *
 * @example toDataset({ inputs: { data: new Float32Array(6), shape: [3, 2] }, labels: [1, 0, 1] }).length // 3
 */
export function toDataset<Source extends object>(source: Source): Dataset<ExampleIn<Source>> {
  checkValue("toDataset", source, {
    expected: "an image set, a dataset, an array of examples, or a record of arrays",
    accepts: (value) => typeof value === "object" && value !== null,
  });
  return findDataset(source) as Dataset<ExampleIn<Source>>;
}

function findDataset(source: object): Dataset<unknown> {
  if ("imageShape" in source) return readImages(source as ImageSet);
  if (Array.isArray(source) || isDataset(source)) return makeDataset(source, "toDataset");
  return readRows(readColumns(source, "toDataset"));
}

function readImages(set: ImageSet): Dataset<ImageExample> {
  const { images, labels, imageShape } = checkImageSet(set);
  const size = countValuesPerImage(set);
  return {
    length: countImages(set),
    get: (index) => ({
      inputs: { data: images.subarray(index * size, (index + 1) * size), shape: imageShape },
      labels: { data: Int32Array.of(labels[index]!), shape: [] },
    }),
  };
}
