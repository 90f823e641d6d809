import type { Dataset } from "../examples/dataset.ts";
import type { ImageSet } from "../images/image-set.ts";
import { checkImageSet, countImages, selectImages } from "../images/image-set.ts";
import type { Examples } from "./combine.ts";
import { checkExamples, subset } from "./combine.ts";

/** Two parts of a set. */
export interface Split<Set> {
  readonly rest: Set;
  readonly held: Set;
}

/** A set of which parts are taken. */
export interface Selection {
  readonly count: number;
  /** The examples at some positions; `part` goes into the name of a set that has one. */
  select(positions: Int32Array, part?: string): ImageSet | Dataset<unknown>;
}

export function findSelection(where: string, set: ImageSet | Examples<unknown>): Selection {
  if (typeof set === "object" && set !== null && "imageShape" in set) {
    return {
      count: countImages(checkImageSet(set)),
      select: (positions, part) =>
        selectImages(set, positions, part === undefined ? set.name : `${set.name} (${part})`),
    };
  }
  const dataset = checkExamples(where, set);
  return { count: dataset.length, select: (positions) => subset(dataset, positions) };
}
