import { checkOptions, checkTensors } from "../../checks/check.ts";
import { anything, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Op, Plan, ReferenceArray } from "../../core/op.ts";
import { scope } from "../../core/scope.ts";
import type { Spec } from "../../core/spec.ts";
import { normalizeAxis, sizeOf } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { forEachLine, linesAlong } from "../lines/lines.ts";
import { launchesOnly } from "../movement/view.ts";
import { checkReducible } from "../reduction/extreme.ts";
import type { ReductionAttributes } from "../reduction/geometry.ts";
import { reducedShape } from "../reduction/geometry.ts";
import { chunkOf } from "../reduction/passes.ts";
import { reshape } from "../reshape/reshape.ts";
import { keyFlips } from "./key-flips.ts";
import { module } from "./selection.wasm.ts";

/** `axes` names one axis. */
export type ArgExtremeAttributes = ReductionAttributes;

export interface ArgExtremeOptions {
  /** Default: the flattened tensor. */
  readonly axis?: number;
  /** Keeps the axis, with one element. Default: false. */
  readonly keepDims?: boolean;
}

export function argExtremeOutputs(operation: string, x: Spec, attrs: ArgExtremeAttributes): Spec[] {
  checkDType(operation, "x", x, "f32", "i32", "u32");
  checkReducible(operation, x, attrs);
  return [{ shape: reducedShape(x.shape, attrs), dtype: "i32" }];
}

/** The first position whose value beats all others; the first NaN, where there is one. */
export function argExtremeLoops(
  [x]: readonly (ReferenceArray | undefined)[],
  [y]: readonly ReferenceArray[],
  axis: number,
  beats: (value: number, best: number) => boolean,
): void {
  const lines = linesAlong(x!.shape, axis);
  forEachLine(lines, (first, line) => {
    let best = x!.data[first]!;
    for (let position = 1; position < lines.length; position++) {
      const value = x!.data[first + position * lines.inner]!;
      if (Number.isNaN(best) || !(beats(value, best) || Number.isNaN(value))) continue;
      best = value;
      y!.data[line] = position;
    }
  });
}

/** Columns that one item looks at: a few cache lines of each row. */
const columnsPerItem = 128;

export function argExtremePlan(x: Spec, axis: number, largest: boolean): Plan {
  const { outer, length, inner } = linesAlong(x.shape, axis);
  if (sizeOf(x.shape) === 0) return launchesOnly([]);
  return launchesOnly([
    {
      kind: "kernel",
      kernel: wasmKernel(module, "argExtreme"),
      reads: [{ input: 0 }],
      writes: [{ output: 0 }],
      parameters: [length, inner, columnsPerItem, Number(x.dtype === "f32"), keyFlips(x.dtype, largest)],
      work: {
        items: outer * Math.ceil(inner / columnsPerItem),
        chunk: chunkOf(length * Math.min(inner, columnsPerItem)),
        scratchBytes: 8 * columnsPerItem,
      },
    },
  ]);
}

export function callArgExtreme(op: Op<ArgExtremeAttributes>, x: Tensor, options: ArgExtremeOptions): Tensor {
  checkTensors(op.name, x);
  checkOptions<ArgExtremeOptions>(op.name, options, { axis: anything, keepDims: yesOrNo });
  const { axis, keepDims = false } = options;
  if (axis !== undefined)
    return execute(op, [x], { axes: [normalizeAxis(axis, x.rank, op.name)], keepDims })[0]!;
  return scope(() => {
    const [position] = execute(op, [reshape(x, [x.size])], { axes: [0], keepDims: false });
    return keepDims
      ? reshape(
          position!,
          x.shape.map(() => 1),
        )
      : position!;
  });
}
