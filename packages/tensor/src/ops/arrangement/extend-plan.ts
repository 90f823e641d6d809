import type { Limits } from "../../core/devices/backend.ts";
import type { Plan } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { computeStrides } from "../../core/spec.ts";
import type { CopyLaunches, StridedCopy } from "../movement/strided-copy.ts";
import { makePlan } from "../movement/view.ts";
import type { ExtendAttributes } from "./attributes.ts";
import { listExtents } from "./extents.ts";

/** A copy for each combination of the extents of all axes. */
export function planExtend(
  { shape, dtype }: Spec,
  { low, high, mode }: ExtendAttributes,
  limits: Limits,
  planLaunches: CopyLaunches,
): Plan {
  const strides = computeStrides(shape);
  const toStrides = computeStrides(shape.map((size, axis) => low[axis]! + size + high[axis]!));
  const whole: StridedCopy = {
    shape: [],
    from: { offset: 0, strides: [] },
    to: { offset: 0, strides: toStrides },
  };
  const copies = shape.reduce<StridedCopy[]>(
    (boxes, size, axis) =>
      boxes.flatMap((box) =>
        listExtents(size, low[axis]!, high[axis]!, mode).map((extent) => ({
          shape: [...box.shape, extent.size],
          from: {
            offset: box.from.offset + extent.from * strides[axis]!,
            strides: [...box.from.strides, extent.step * strides[axis]!],
          },
          to: { offset: box.to.offset + extent.to * toStrides[axis]!, strides: toStrides },
        })),
      ),
    [whole],
  );
  return makePlan(copies.flatMap((copy) => planLaunches(copy, dtype, limits, { input: 0 }, { output: 0 })));
}
