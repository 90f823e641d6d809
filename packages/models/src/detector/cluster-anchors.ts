import type { Seed } from "@evenkeel/tensor";
import { ArgumentError, drawPermutation, getRandomSource } from "@evenkeel/tensor";
import { aSeed, checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import type { BoxSize } from "./grid.ts";
import { computeSizeOverlap, someAnchors } from "./grid.ts";

export interface ClusterAnchorsOptions {
  /** Determines the boxes that the clusters begin with. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** The number of times that clustering begins anew; the best result counts. Default: 10. */
  readonly attempts?: number;
}

/** The anchors of a detector, and how well they fit. */
export interface ClusteredAnchors {
  /** By rising area. */
  readonly anchors: readonly BoxSize[];
  /** The mean overlap of a box with the anchor that fits it best. */
  readonly meanOverlap: number;
}

const mostRounds = 300;

/** The position of the anchor that fits best, and the overlap with it. */
export function findBestAnchor(
  size: BoxSize,
  anchors: readonly BoxSize[],
): { readonly anchor: number; readonly overlap: number } {
  let [anchor, overlap] = [0, -1];
  anchors.forEach((candidate, index) => {
    const value = computeSizeOverlap(size, candidate);
    if (value > overlap) [anchor, overlap] = [index, value];
  });
  return { anchor, overlap };
}

/** The mean size of the boxes of each cluster; one without boxes stays. */
function moveAnchors(
  sizes: readonly BoxSize[],
  members: readonly number[],
  anchors: readonly BoxSize[],
): BoxSize[] {
  const sums = anchors.map(() => [0, 0, 0] as [width: number, height: number, count: number]);
  sizes.forEach(([width, height], index) => {
    const sum = sums[members[index]!]!;
    sum[0] += width;
    sum[1] += height;
    sum[2]++;
  });
  return sums.map(([width, height, count], index) =>
    count === 0 ? anchors[index]! : [width / count, height / count],
  );
}

function cluster(sizes: readonly BoxSize[], first: readonly BoxSize[]): ClusteredAnchors {
  let anchors = first;
  let members: readonly number[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const next = sizes.map((size) => findBestAnchor(size, anchors).anchor);
    if (next.every((member, index) => member === members[index])) break;
    members = next;
    anchors = moveAnchors(sizes, members, anchors);
  }
  const total = sizes.reduce((sum, size) => sum + findBestAnchor(size, anchors).overlap, 0);
  const sorted = [...anchors].sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  return { anchors: sorted, meanOverlap: total / sizes.length };
}

/**
 * The sizes that boxes have most often: k-means clusters with the distance 1 - IoU of boxes with one middle (Redmon and Farhadi 2017,
 * YOLOv2). Boxes without area must be left out before. Throws ArgumentError for sizes that are not positive, and for fewer boxes than
 * anchors.
 *
 * @example clusterAnchors([[10, 10], [12, 10], [80, 90], [82, 90]], 2, { seed: 1 }).anchors // [[11, 10], [81, 90]]
 */
export function clusterAnchors(
  sizes: readonly BoxSize[],
  count: number,
  options: ClusterAnchorsOptions = {},
): ClusteredAnchors {
  checkValue("clusterAnchors: sizes", sizes, someAnchors);
  checkValue("clusterAnchors: count", count, positiveInteger);
  checkOptions<ClusterAnchorsOptions>("clusterAnchors", options, {
    seed: aSeed,
    attempts: positiveInteger,
  });
  if (count > sizes.length) {
    throw new ArgumentError(
      `clusterAnchors: count: found ${count} for ${sizes.length} boxes, expected at most as many`,
    );
  }
  const source = getRandomSource(options.seed);
  const results = Array.from({ length: options.attempts ?? 10 }, () => {
    const order = drawPermutation(sizes.length, source.next());
    return cluster(
      sizes,
      [...order.subarray(0, count)].map((index) => sizes[index]!),
    );
  });
  return results.reduce((best, result) => (result.meanOverlap > best.meanOverlap ? result : best));
}
