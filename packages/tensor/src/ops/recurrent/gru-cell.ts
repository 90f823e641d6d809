import { checkTensors } from "../../checks/check.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { NoAttributes, Op } from "../../core/op.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { concatenate } from "../movement/concatenate.ts";
import { checkGates, sigmoidSlope, splitGates, tanhSlope } from "./gates.ts";
import { recurrentFamily } from "./recurrent-family.ts";

type SixValues = [xr: Value, xz: Value, xn: Value, hr: Value, hz: Value, hn: Value];

/** The gates of one unit. */
function computeGates(xr: Value, xz: Value, xn: Value, hr: Value, hz: Value, hn: Value) {
  const r = e.sigmoid(e.add(xr, hr));
  return { r, z: e.sigmoid(e.add(xz, hz)), n: e.tanh(e.add(xn, e.mul(r, hn))) };
}

/**
 * With the parts r, z, n of x and hidden, in this order: r = sigmoid(x_r + hidden_r), z = sigmoid(x_z + hidden_z),
 * n = tanh(x_n + r hidden_n) and h' = n + z (h - n). Cho et al. 2014, with the reset gate behind the product as in cuDNN.
 */
export const gruCellOp: Op = {
  name: "gruCell",
  outputs: ([x, hidden, h]) => {
    checkGates("gruCell", h!, 3, { x: x!, hidden: hidden! });
    return [{ shape: h!.shape, dtype: h!.dtype }];
  },
  meaning: {
    composition: ([x, hidden, h]) => [
      pointwise([h!, ...splitGates(x!, 3), ...splitGates(hidden!, 3)], (state, ...all) => {
        const { z, n } = computeGates(...(all as SixValues));
        return e.add(n, e.mul(z, e.sub(state!, n)));
      }),
    ],
  },
  gradient: {
    reads: () => ({ inputs: [0, 1, 2], outputs: [] }),
    apply: ({ inputs: [x, hidden, h], outputGradients: [dy] }) => gruCellGradient(x!, hidden!, h!, dy!),
  },
  family: recurrentFamily,
};

/**
 * The state of a GRU after a step, from the products and biases of its three gates with the input and with the state, in one launch
 * for each direction.
 *
 * Shapes: x and hidden [..., 3 size] in PyTorch's order r, z, n, and state h [..., size] -> [..., size]. Throws ShapeError for other
 * shapes, DTypeError unless all are f32 or f16.
 *
 * @example gruCell(zeros([2, 9]), zeros([2, 9]), ones([2, 3])) // 0.5 everywhere
 */
export function gruCell(x: Tensor, hidden: Tensor, h: Tensor): Tensor {
  checkTensors("gruCell", x, hidden, h);
  return execute<NoAttributes>(gruCellOp, [x, hidden, h], {})[0]!;
}

/** The gradients of `gruCell`, which computes the gates again. */
export const gruCellGradientOp: Op = {
  name: "gruCellGradient",
  outputs: ([x, hidden, h, dy]) => {
    checkGates("gruCellGradient", h!, 3, { x: x!, hidden: hidden! });
    checkGates("gruCellGradient", h!, 1, { dy: dy! });
    return [x!, hidden!, h!].map(({ shape, dtype }) => ({ shape, dtype }));
  },
  meaning: {
    composition: ([x, hidden, h, dy]) => {
      const operands = [...splitGates(x!, 3), ...splitGates(hidden!, 3), h!, dy!];
      const compute = (choose: (slopes: Slopes) => Value): Tensor =>
        pointwise(operands, (...values) =>
          choose(computeSlopes(...(values as Parameters<typeof computeSlopes>))),
        );
      const [r, z, n, hiddenN] = (["r", "z", "n", "hiddenN"] as const).map((part) =>
        compute((slopes) => slopes[part]),
      );
      return [
        concatenate([r!, z!, n!], { axis: -1 }),
        concatenate([r!, z!, hiddenN!], { axis: -1 }),
        compute((slopes) => slopes.h),
      ];
    },
  },
  family: recurrentFamily,
};

interface Slopes {
  readonly r: Value;
  readonly z: Value;
  readonly n: Value;
  readonly hiddenN: Value;
  readonly h: Value;
}

function computeSlopes(
  xr: Value,
  xz: Value,
  xn: Value,
  hr: Value,
  hz: Value,
  hn: Value,
  state: Value,
  dy: Value,
): Slopes {
  const { r, z, n } = computeGates(xr, xz, xn, hr, hz, hn);
  const ofN = e.mul(e.mul(dy, e.sub(1, z)), tanhSlope(n));
  return {
    r: e.mul(e.mul(ofN, hn), sigmoidSlope(r)),
    z: e.mul(e.mul(dy, e.sub(state, n)), sigmoidSlope(z)),
    n: ofN,
    hiddenN: e.mul(ofN, r),
    h: e.mul(dy, z),
  };
}

/** The gradients of x, hidden and the state before the step, in one launch. */
export function gruCellGradient(
  x: Tensor,
  hidden: Tensor,
  h: Tensor,
  dy: Tensor,
): [dx: Tensor, dHidden: Tensor, dh: Tensor] {
  return execute<NoAttributes>(gruCellGradientOp, [x, hidden, h, dy], {}) as [Tensor, Tensor, Tensor];
}
