import { batchNormTrainingOp, normalizeGradientOp } from "@evenkeel/batchnorm/ops";
import {
  type AnyOp,
  findPlanner,
  isSameShape,
  type Limits,
  loadPlans,
  type Shape,
  type Spec,
} from "@evenkeel/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { listPasses } from "../src/suites/batch-norm-passes.ts";

const limits: Limits = {
  storage: { f32: "f32" },
  features: new Set<string>(),
  offsetAlignment: 256,
  maxWorkgroups: 65_535,
  maxBufferBytes: 2 ** 30,
};
const languages = ["wgsl"];
const device = { languages, limits };

/** Operands of the size of x in all launches of a plan: how often memory of that size is read or written. */
function fullOperands(op: AnyOp, inputs: (Spec | undefined)[], attrs: object, x: Shape): number {
  const outputs = op.outputs(inputs, attrs as never);
  const { launches } = findPlanner(op, { languages })!(inputs, attrs as never, limits, []);
  const isFull = (slot: object | undefined): boolean => {
    if (slot === undefined) return false;
    const { input, output } = slot as { readonly input?: number; readonly output?: number };
    const spec = input !== undefined ? inputs[input] : output !== undefined ? outputs[output] : undefined;
    return spec !== undefined && isSameShape(spec.shape, x);
  };
  return launches.reduce((sum, launch) => {
    if (launch.kind !== "kernel") throw new Error(`found a launch of kind ${launch.kind}, expected kernels`);
    return sum + [...launch.reads, ...launch.writes].filter(isFull).length;
  }, 0);
}

describe("the counted passes of batch norm", () => {
  beforeAll(() => loadPlans(languages));

  const epilogues = ["none", "relu", "add-relu"] as const;
  const shapes = [
    [64, 256, 56, 56],
    [65_536, 512],
    [32, 64, 56, 56],
    [128, 512],
    [4, 8, 7, 7],
  ];
  it.each(shapes.flatMap((shape) => epilogues.map((epilogue) => [shape, epilogue] as const)))(
    "are on WebGPU those that the plan makes: %j, %s",
    (shape, epilogue) => {
      const x: Spec = { shape, dtype: "f32" };
      const perChannel: Spec = { shape: [shape[1]!], dtype: "f32" };
      const residual = epilogue === "add-relu" ? x : undefined;
      const attrs = {
        axis: 1,
        epsilon: 1e-5,
        residual: residual !== undefined,
        activation: epilogue === "none" ? "none" : "relu",
      };
      const forward = fullOperands(
        batchNormTrainingOp,
        [x, perChannel, perChannel, residual, perChannel, perChannel],
        attrs,
        shape,
      );
      const statistics: Spec = { shape: [4, shape[1]!], dtype: "f32" };
      const backward = fullOperands(
        normalizeGradientOp,
        [x, x, statistics, perChannel, perChannel, residual && x],
        { ...attrs, ofBatch: true },
        shape,
      );
      expect(listPasses({ shape, pass: "forward", epilogue }, device)).toBe(forward);
      expect(listPasses({ shape, pass: "forward-backward", epilogue }, device)).toBe(forward + backward);
    },
  );

  it("are 3 forward and 5 backward on WebGPU if a channel does not fit in a workgroup, otherwise 2 and 3", () => {
    const both = (shape: readonly number[]): number[] =>
      (["forward", "forward-backward"] as const).map((pass) =>
        listPasses({ shape, pass, epilogue: "none" }, device),
      );
    expect(both([64, 256, 56, 56])).toEqual([3, 8]);
    expect(both([4, 8, 7, 7])).toEqual([2, 5]);
  });
});
