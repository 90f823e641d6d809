import { mergeDimensions } from "../../core/plans/expression-plan.ts";
import type { Shape } from "../../core/spec.ts";
import { broadcastStrides } from "../../core/spec.ts";

/** The number of dimensions of rows that kernels iterate over. */
const walkedDimensions = 4;

/** How a kernel finds the mask of a row: row (((i0 size1 + i1) size2 + i2) size3 + i3) begins at the sum of i times stride. */
export interface MaskWalk {
  readonly size1: number;
  readonly size2: number;
  readonly size3: number;
  readonly stride0: number;
  readonly stride1: number;
  readonly stride2: number;
  readonly stride3: number;
  /** 1, or 0 for a mask that is the same along a row. */
  readonly keyStride: number;
}

/** The walk of a mask that broadcasts to x, of at most five dimensions or the shape of x. */
export function computeMaskWalk(x: Shape, mask: Shape = []): MaskWalk {
  const rows = mergeDimensions(x.slice(0, -1), [broadcastStrides(mask, x).slice(0, -1)]);
  const { shape } = rows;
  const lead = new Array<number>(Math.max(0, walkedDimensions - shape.length));
  const [, size1, size2, size3] = [...lead.fill(1), ...shape];
  const [stride0, stride1, stride2, stride3] = [...lead.fill(0), ...rows.strides[0]!];
  return {
    size1: size1!,
    size2: size2!,
    size3: size3!,
    stride0: stride0!,
    stride1: stride1!,
    stride2: stride2!,
    stride3: stride3!,
    keyStride: (mask.at(-1) ?? 1) > 1 ? 1 : 0,
  };
}
