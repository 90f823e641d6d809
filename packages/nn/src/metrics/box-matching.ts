import {
  anyNumber,
  checkOptions,
  checkValue,
  fraction,
  listOf,
  oneOf,
  type Rule,
} from "@evenkeel/tensor/checks";
import type { BoxEdges } from "../detection/box-overlap.ts";
import { computeBoxOverlap } from "../detection/box-overlap.ts";

/** The corners of a box, its class, and the score of a detection. */
export interface ClassBox {
  readonly corners: BoxEdges;
  readonly label: number;
  readonly score: number;
}

/** Whose rules decide what is right, and how precisions are averaged. */
export type DetectionProtocol = "coco" | "voc" | "voc2007";

export const detectionProtocols: readonly DetectionProtocol[] = ["coco", "voc", "voc2007"];

export interface MatchBoxesOptions {
  /** The overlap from which on a detection is right; default 0.5. */
  readonly threshold?: number;
  /** Default: coco. */
  readonly protocol?: DetectionProtocol;
}

const isClassBox = (value: unknown): boolean => {
  const { corners, label, score } = (value ?? {}) as Partial<ClassBox>;
  return someCorners.accepts(corners) && typeof label === "number" && typeof score === "number";
};
const someCorners: Rule = /* @__PURE__ */ listOf(anyNumber, 4);

/** The boxes of an image. */
export const someClassBoxes: Rule = /* @__PURE__ */ listOf({
  expected: "a box { corners, label, score }",
  accepts: isClassBox,
});

/** Throws ArgumentError for options out of range. */
export const checkMatchOptions = (where: string, options: MatchBoxesOptions): void =>
  checkOptions<MatchBoxesOptions>(where, options, {
    threshold: fraction,
    protocol: oneOf(...detectionProtocols),
  });

/**
 * For each detection of an image, in this order, whether it is right: whether its overlap with a box of its class that no
 * earlier one has taken is at least the threshold. In COCO it takes the box that it overlaps most of those that are left; in VOC it is
 * wrong if the box that it overlaps most of all is taken. Detections are in the order of falling scores. Throws ArgumentError for anything else.
 *
 * @example matchBoxes([{ corners: [0, 0, 4, 4], label: 1, score: 0.9 }], [{ corners: [0, 0, 4, 3], label: 1, score: 1 }]) // [true]
 */
export function matchBoxes(
  detections: readonly ClassBox[],
  truths: readonly ClassBox[],
  options: MatchBoxesOptions = {},
): boolean[] {
  checkValue("matchBoxes: detections", detections, someClassBoxes);
  checkValue("matchBoxes: truths", truths, someClassBoxes);
  checkMatchOptions("matchBoxes", options);
  const { threshold = 0.5, protocol = "coco" } = options;
  const taken = new Set<ClassBox>();
  const isCoco = protocol === "coco";
  return detections.map((detection) => {
    let most = 0;
    let best: ClassBox | undefined;
    for (const truth of truths) {
      if (truth.label !== detection.label || (isCoco && taken.has(truth))) continue;
      const overlap = computeBoxOverlap(detection.corners, truth.corners);
      // Of equal overlaps COCO takes the last box, and VOC the first.
      if (isCoco ? overlap < most : overlap <= most) continue;
      most = overlap;
      best = truth;
    }
    // COCO's bound also accepts what rounding has made of an overlap of 1.
    if (best === undefined || most < Math.min(threshold, 1 - 1e-10) || taken.has(best)) return false;
    taken.add(best);
    return true;
  });
}

/** The detections that count: of each class the `most` best, best first. */
export function selectBest(detections: readonly ClassBox[], most: number): ClassBox[] {
  const counts = new Map<number, number>();
  return [...detections]
    .sort((a, b) => b.score - a.score)
    .filter(({ label }) => {
      const count = counts.get(label) ?? 0;
      counts.set(label, count + 1);
      return count < most;
    });
}
