import { anyNumber, checkValue, listOf } from "@evenkeel/tensor/checks";

/** The edges of a box, in any unit; right and bottom lie outside. */
export type BoxEdges = readonly [left: number, top: number, right: number, bottom: number];

const someEdges = /* @__PURE__ */ listOf(anyNumber, 4);

/**
 * The area that both boxes cover, divided by the area that either covers (IoU); 0 for boxes that only touch. Throws ArgumentError for
 * anything but the four edges of a box.
 *
 * @example computeBoxOverlap([0, 0, 2, 2], [1, 0, 3, 2]) // 1 / 3
 */
export function computeBoxOverlap(a: BoxEdges, b: BoxEdges): number {
  // A cheap test, because detections are compared by the thousand.
  if (a?.length !== 4 || b?.length !== 4) {
    checkValue("computeBoxOverlap: a", a, someEdges);
    checkValue("computeBoxOverlap: b", b, someEdges);
  }
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (!(width > 0 && height > 0)) return 0;
  const area = (box: BoxEdges): number => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}
