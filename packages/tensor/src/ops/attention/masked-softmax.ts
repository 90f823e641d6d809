import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { aTensor, finite, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { GradientContext, Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { broadcastShapes, broadcastStrides, formatShape, isSameShape } from "../../core/spec.ts";
import { isTruth } from "../../expression/dtype.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { cast } from "../elementwise/cast.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { computeLines, forEachLine } from "../movement/lines.ts";
import { sumTo } from "../reduction/sum.ts";
import { softmaxGradient } from "../softmax/softmax.ts";
import { attentionFamily } from "./attention-family.ts";
import type { MaskedSoftmaxAttributes } from "./attributes.ts";

/** Kernels iterate over the rows of a mask in at most four dimensions; with more, the mask has the shape of x. */
const maxMaskedRank = 5;

function checkOperands(x: Spec, mask: Spec | undefined, { causal }: MaskedSoftmaxAttributes): void {
  checkDType("maskedSoftmax", "x", x, ...floatTypes);
  const least = causal ? 2 : 1;
  if (x.shape.length < least) {
    const expected = causal ? "[..., queries, keys]" : "[..., keys]";
    throw new ShapeError(`maskedSoftmax: x: found ${formatShape(x.shape)}, expected ${expected}`);
  }
  if (mask === undefined) return;
  checkDType("maskedSoftmax", "mask", mask, "bool", ...floatTypes);
  if (isSameShape(mask.shape, x.shape)) return;
  const isWalked = x.shape.length <= maxMaskedRank;
  if (isWalked && isSameShape(broadcastShapes([x.shape, mask.shape], "maskedSoftmax"), x.shape)) return;
  throw new ShapeError(
    `maskedSoftmax: mask: found ${formatShape(mask.shape)}, expected ${isWalked ? "one that broadcasts to " : ""}${formatShape(x.shape)}`,
  );
}

/**
 * z = scale x + mask for a mask of floats, otherwise z = scale x; y_i = exp(z_i - max z) / sum_j exp(z_j - max z), over the last
 * axis. Elements where a bool mask is false, and, if causal, those right of the diagonal, do not count and give 0. So does a row
 * where nothing counts, or only -infinity.
 */
export const maskedSoftmaxOp: Op<MaskedSoftmaxAttributes> = {
  name: "maskedSoftmax",
  outputs: ([x, mask], attrs) => {
    checkOperands(x!, mask, attrs);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, mask], [y], { scale, causal }) => {
      const { shape } = x!;
      const lines = computeLines(shape, shape.length - 1);
      const queries = shape.at(-2) ?? 1;
      const strides = broadcastStrides(mask?.shape ?? [], shape);
      const readMask = (at: number): number => {
        let offset = 0;
        for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
          offset += (rest % shape[axis]!) * strides[axis]!;
          rest = Math.floor(rest / shape[axis]!);
        }
        return mask!.data[offset]!;
      };
      forEachLine(lines, (first, line) => {
        const scores = Array.from({ length: lines.length }, (_, column) => {
          if (causal && column > line % queries) return undefined;
          const score = scale * x!.data[first + column]!;
          if (mask === undefined) return score;
          const value = readMask(first + column);
          if (isTruth(mask.dtype)) return value === 0 ? undefined : score;
          return score + value;
        });
        const counted = scores.filter((score) => score !== undefined);
        const max = counted.reduce((most, score) => Math.max(most, score), -Infinity);
        const total = counted.reduce((sum, score) => sum + Math.exp(score - max), 0);
        scores.forEach((score, column) => {
          const isZero = score === undefined || max === -Infinity;
          y!.data[first + column] = isZero ? 0 : Math.exp(score - max) / total;
        });
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [0] }),
    apply: computeMaskedSoftmaxGradient,
  },
  family: attentionFamily,
};

/** One launch, or two where a mask of floats needs the gradient of the scaled scores. */
function computeMaskedSoftmaxGradient({
  outputs: [y],
  outputGradients: [dy],
  inputSpecs: [x, mask],
  needed: [, needsMask],
  attrs: { scale },
}: GradientContext<MaskedSoftmaxAttributes>): (Tensor | undefined)[] {
  const axis = x!.shape.length - 1;
  if (!needsMask) return [softmaxGradient(y!, dy!, axis, scale)];
  const dz = softmaxGradient(y!, dy!, axis);
  return [mul(dz, scale), cast(sumTo(dz, mask!.shape), mask!.dtype)];
}

/** The options of `maskedSoftmax`. */
export interface MaskedSoftmaxOptions {
  /**
   * Of bool: false where an element does not count. Of floats: added to the scaled elements; minus infinity where one does not
   * count. Default: all count.
   */
  readonly mask?: Tensor | undefined;
  /** Whether element j of row i counts only for j <= i. Default: false. */
  readonly causal?: boolean;
  /** The elements are multiplied by it first. Default: 1. */
  readonly scale?: number;
}

/**
 * The softmax over the last axis of scaled and masked scores, in one launch for each direction, as attention needs it. Elements that
 * do not count give 0, whatever their values are, and have no gradient; so do all of a row where none counts.
 *
 * Shapes: x [..., keys], or [..., queries, keys] if causal, and a mask that broadcasts to it -> as x. Throws ShapeError for other
 * shapes, DTypeError unless x is f32 or f16 and the mask bool, f32 or f16, ArgumentError for a scale that is not finite.
 *
 * @example maskedSoftmax(tensor([[1, 2], [3, 3]]), { causal: true }) // [[1, 0], [0.5, 0.5]]
 */
export function maskedSoftmax(x: Tensor, options: MaskedSoftmaxOptions = {}): Tensor {
  checkTensors("maskedSoftmax", x);
  checkOptions<MaskedSoftmaxOptions>("maskedSoftmax", options, {
    mask: aTensor,
    causal: yesOrNo,
    scale: finite,
  });
  const { mask, causal = false, scale = 1 } = options;
  return scope(() => {
    const walked = mask === undefined || x.rank <= maxMaskedRank ? mask : broadcastTo(mask, x.shape);
    const inputs = walked === undefined ? [x] : [x, walked];
    return execute(maskedSoftmaxOp, inputs, { scale, causal })[0]!;
  });
}
