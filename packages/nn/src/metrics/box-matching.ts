/** The corners of a box, its class, and the score of a detection. */
export interface ClassBox {
  readonly corners: readonly [left: number, top: number, right: number, bottom: number];
  readonly label: number;
  readonly score: number;
}

/** The area that both boxes cover, divided by the area that either covers. */
function computeOverlap({ corners: a }: ClassBox, { corners: b }: ClassBox): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (corners: ClassBox["corners"]): number =>
    (corners[2] - corners[0]) * (corners[3] - corners[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

/**
 * For each detection of an image, in this order, whether it is right: whether its overlap with a box of its class that no
 * earlier one has taken is at least the threshold. Of several such boxes it takes the one that it overlaps most, as in COCO.
 */
export function matchBoxes(
  detections: readonly ClassBox[],
  truths: readonly ClassBox[],
  threshold: number,
): boolean[] {
  const taken = new Set<ClassBox>();
  return detections.map((detection) => {
    let most = Math.min(threshold, 1 - 1e-10);
    let best: ClassBox | undefined;
    for (const truth of truths) {
      if (truth.label !== detection.label || taken.has(truth)) continue;
      const overlap = computeOverlap(detection, truth);
      if (overlap < most) continue;
      most = overlap;
      best = truth;
    }
    if (best !== undefined) taken.add(best);
    return best !== undefined;
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
