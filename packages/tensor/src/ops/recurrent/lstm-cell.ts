import { checkTensors } from "../../checks/check.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { NoAttributes, Op } from "../../core/op.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { zeros } from "../creation/full.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { concatenate } from "../movement/concatenate.ts";
import { checkGates, sigmoidSlope, splitGates, tanhSlope } from "./gates.ts";
import { recurrentFamily } from "./recurrent-family.ts";

/** The gates of one unit. */
const computeGates = (i: Value, f: Value, g: Value, o: Value) => ({
  i: e.sigmoid(i),
  f: e.sigmoid(f),
  g: e.tanh(g),
  o: e.sigmoid(o),
});

/**
 * With the parts i, f, g, o of the gates, in this order: c' = sigmoid(f) c + sigmoid(i) tanh(g) and h' = sigmoid(o) tanh(c').
 * Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000.
 */
export const lstmCellOp: Op = {
  name: "lstmCell",
  outputs: ([gates, c]) => {
    checkGates("lstmCell", c!, 4, { gates: gates! });
    return [
      { shape: c!.shape, dtype: c!.dtype },
      { shape: c!.shape, dtype: c!.dtype },
    ];
  },
  meaning: {
    composition: ([gates, c]) => {
      const parts = splitGates(gates!, 4);
      const next = pointwise([c!, ...parts], (memory, ...all) => {
        const { i, f, g } = computeGates(...(all as [Value, Value, Value, Value]));
        return e.add(e.mul(f, memory!), e.mul(i, g));
      });
      const h = pointwise([parts[3]!, next], (o, memory) => e.mul(e.sigmoid(o), e.tanh(memory)));
      return [h, next];
    },
  },
  gradient: {
    reads: () => ({ inputs: [0, 1], outputs: [] }),
    apply: ({ inputs: [gates, c], outputGradients: [dh, dc] }) => {
      const none = (): Tensor => zeros(c!.shape, { dtype: c!.dtype, backend: c!.backend });
      return lstmCellGradient(gates!, c!, dh ?? none(), dc ?? none());
    },
  },
  family: recurrentFamily,
};

/**
 * The state of an LSTM after a step, from the sums of all products and biases of its four gates, in one launch for each direction.
 *
 * Shapes: gates [..., 4 size] in PyTorch's order i, f, g, o, and memory c [..., size] -> [h, c], each [..., size]. Throws ShapeError
 * for other shapes, DTypeError unless both are f32 or f16.
 *
 * @example const [h, c] = lstmCell(zeros([2, 12]), ones([2, 3])); // c is 0.5 everywhere
 */
export function lstmCell(gates: Tensor, c: Tensor): [h: Tensor, c: Tensor] {
  checkTensors("lstmCell", gates, c);
  return execute<NoAttributes>(lstmCellOp, [gates, c], {}) as [Tensor, Tensor];
}

/** The gradients of `lstmCell`, which computes the gates again. */
export const lstmCellGradientOp: Op = {
  name: "lstmCellGradient",
  outputs: ([gates, c, dh, dc]) => {
    checkGates("lstmCellGradient", c!, 4, { gates: gates! });
    checkGates("lstmCellGradient", c!, 1, { dh: dh!, dc: dc! });
    return [
      { shape: gates!.shape, dtype: gates!.dtype },
      { shape: c!.shape, dtype: c!.dtype },
    ];
  },
  meaning: {
    composition: ([gates, c, dh, dc]) => {
      const operands = [...splitGates(gates!, 4), c!, dh!, dc!];
      const compute = (choose: (slopes: Slopes) => Value): Tensor =>
        pointwise(operands, (...values) =>
          choose(computeSlopes(...(values as Parameters<typeof computeSlopes>))),
        );
      const ofGates = (["i", "f", "g", "o"] as const).map((gate) => compute((slopes) => slopes[gate]));
      return [concatenate(ofGates, { axis: -1 }), compute((slopes) => slopes.c)];
    },
  },
  family: recurrentFamily,
};

interface Slopes {
  readonly i: Value;
  readonly f: Value;
  readonly g: Value;
  readonly o: Value;
  readonly c: Value;
}

function computeSlopes(
  ofI: Value,
  ofF: Value,
  ofG: Value,
  ofO: Value,
  memory: Value,
  dh: Value,
  dc: Value,
): Slopes {
  const { i, f, g, o } = computeGates(ofI, ofF, ofG, ofO);
  const shown = e.tanh(e.add(e.mul(f, memory), e.mul(i, g)));
  const slope = e.add(dc, e.mul(e.mul(dh, o), tanhSlope(shown)));
  return {
    i: e.mul(e.mul(slope, g), sigmoidSlope(i)),
    f: e.mul(e.mul(slope, memory), sigmoidSlope(f)),
    g: e.mul(e.mul(slope, i), tanhSlope(g)),
    o: e.mul(e.mul(dh, shown), sigmoidSlope(o)),
    c: e.mul(slope, f),
  };
}

/** The gradients of the gates and of the memory before the step, in one launch. */
export function lstmCellGradient(
  gates: Tensor,
  c: Tensor,
  dh: Tensor,
  dc: Tensor,
): [dGates: Tensor, dc: Tensor] {
  return execute<NoAttributes>(lstmCellGradientOp, [gates, c, dh, dc], {}) as [Tensor, Tensor];
}
