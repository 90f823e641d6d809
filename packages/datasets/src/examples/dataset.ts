import { checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";

/**
 * Examples that are created or read on demand; all examples of a batch are requested at the same time. Epochs are reproducible if
 * `get` returns the same example for the same index and epoch.
 */
export interface Dataset<Example> {
  readonly length: number;
  /** `batches` passes the epoch, for examples that change from one to the next. */
  get(index: number, epoch?: number): Example | Promise<Example>;
}

/** Recognized by its members. */
export const isDataset = (source: object): source is Dataset<unknown> =>
  "length" in source && "get" in source && typeof source.get === "function";

/** A dataset as it is, or one of an array of examples. Throws ArgumentError for a length that is not one. */
export function makeDataset<Example>(
  source: Dataset<Example> | readonly Example[],
  where: string,
): Dataset<Example> {
  if (Array.isArray(source)) return { length: source.length, get: (index) => source[index] };
  checkValue(`${where}: length`, source.length, nonNegativeInteger);
  return source as Dataset<Example>;
}
