import { describe, expect, test } from "vitest";
import type { Limits } from "../../../core/devices/backend.ts";
import type { KernelLaunch, ScalarSlot, Slot, WgslKernel } from "../../../core/devices/launch.ts";
import { findPlanner } from "../../../core/executor.ts";
import type { AnyOp, Plan } from "../../../core/op.ts";
import { loadPlans } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import * as ops from "../../index.ts";
import { softmaxGradientOp } from "../../softmax/softmax.ts";
import { softmaxCrossEntropyGradientOp } from "../../softmax/softmax-cross-entropy.ts";

await loadPlans(["wgsl"]);

const limits: Limits = {
  storage: { f32: "f32", i32: "i32", u32: "u32" },
  maxBufferBytes: 2 ** 31,
  offsetAlignment: 256,
  maxWorkgroups: 65_535,
  features: new Set(),
};

const plain = { labelSmoothing: 0, ignoreIndex: -100 };
const f32 = (...shape: number[]): Spec => ({ shape, dtype: "f32" });
const i32 = (...shape: number[]): Spec => ({ shape, dtype: "i32" });
const over = (...axes: number[]) => ({ axes, keepDims: false, correction: 0 });

const makePlan = (op: AnyOp, inputs: Spec[], attrs: object, features: Limits["features"] = new Set()): Plan =>
  findPlanner(op, { languages: ["wgsl"] })!(
    inputs,
    attrs,
    { ...limits, features },
    inputs.map(() => false),
  );

const kernelLaunches = (plan: Plan) => plan.launches as KernelLaunch<Slot, ScalarSlot>[];

describe("launches on a GPU", () => {
  test.each<[string, AnyOp, Spec[], object, number]>([
    ["the sum of everything", ops.sumOp, [f32(2 ** 26)], over(0), 2],
    ["the sum of a little", ops.sumOp, [f32(100, 100)], over(0, 1), 1],
    ["the sum of one element", ops.sumOp, [f32(1, 1)], over(0, 1), 0],
    ["the mean of rows", ops.meanOp, [f32(4096, 1000)], over(1), 1],
    ["the moments of channels", ops.momentsOp, [f32(32, 64, 56, 56)], over(0, 2, 3), 2],
    ["the moments of single elements", ops.momentsOp, [f32(3, 1)], over(1), 1],
    ["the largest of rows of integers", ops.maxOp, [i32(100, 100)], over(1), 1],
    ["a position of one element", ops.argmaxOp, [f32(3, 1)], over(1), 1],
    ["a sum of nothing", ops.sumOp, [f32(0, 3)], over(0), 1],
    ["nothing", ops.sumOp, [f32(3, 0)], over(0), 0],
    ["softmax of rows", ops.softmaxOp, [f32(512, 1000)], { axis: 1 }, 1],
    ["softmax of a channel", ops.softmaxOp, [f32(8, 21, 64, 64)], { axis: 1 }, 1],
    ["softmax of one long row", ops.softmaxOp, [f32(1, 100_000)], { axis: 1 }, 2],
    ["its gradient", softmaxGradientOp, [f32(512, 1000), f32(512, 1000)], { axis: 1 }, 1],
    ["cross-entropy", ops.softmaxCrossEntropyOp, [f32(128, 10), i32(128)], plain, 1],
    ["of a thousand classes", ops.softmaxCrossEntropyOp, [f32(256, 1000), i32(256)], plain, 1],
    ["of many words", ops.softmaxCrossEntropyOp, [f32(2048, 50_257), i32(2048)], plain, 1],
    [
      "the gradient of cross-entropy",
      softmaxCrossEntropyGradientOp,
      [f32(128, 10), i32(128), f32(128)],
      plain,
      1,
    ],
    ["running sums of rows", ops.cumulativeSumOp, [f32(64, 1000)], { axis: 1 }, 1],
    ["running sums of one long row", ops.cumulativeSumOp, [f32(1_000_000)], { axis: 0 }, 2],
  ])("%s", (_, op, inputs, attrs, launches) => {
    expect(makePlan(op, inputs, attrs).launches).toHaveLength(launches);
  });

  test("more workgroups than fit in one dimension are folded", () => {
    const [launch] = kernelLaunches(makePlan(ops.sumOp, [f32(200_000, 1024)], over(1)));
    expect(launch!.work).toEqual({ workgroups: [50_000, 1, 1] });
    const [long] = kernelLaunches(makePlan(ops.sumOp, [f32(100_000, 2048)], over(1)));
    expect(long!.work).toEqual({ workgroups: [50_000, 1, 1] });
    const [folded] = kernelLaunches(makePlan(ops.sumOp, [f32(100_000, 4096)], over(1)));
    expect(folded!.work).toEqual({ workgroups: [50_000, 2, 1] });
  });

  test("operands and parameters are those that a kernel declares", () => {
    const inputs = [f32(2, 50_001), i32(2), f32(2)];
    for (const launch of kernelLaunches(makePlan(softmaxCrossEntropyGradientOp, inputs, plain))) {
      const { schema, parameterTypes } = launch.kernel as WgslKernel;
      expect(Object.keys(schema.reads)).toHaveLength(launch.reads.length);
      expect(Object.keys(schema.writes)).toHaveLength(launch.writes.length);
      expect(launch.parameters).toHaveLength(parameterTypes.length);
    }
  });

  test("states have their own memory", () => {
    const plan = makePlan(ops.momentsOp, [f32(1_000_000)], over(0));
    const [first, last] = kernelLaunches(plan);
    expect(first!.writes).toEqual(last!.reads);
    const names = Object.keys((first!.kernel as WgslKernel).schema.parameters);
    const parts = Number(first!.parameters[names.indexOf("parts")]);
    expect(plan.temporaries).toEqual([{ shape: [4 * parts], dtype: "u32" }]);
    expect(last!.writes).toEqual([{ output: 0 }, { output: 1 }]);
  });

  test("one text serves all shapes of a layout", () => {
    const writeCode = (...shape: number[]): string =>
      (kernelLaunches(makePlan(ops.sumOp, [f32(...shape)], over(1)))[0]!.kernel as WgslKernel).code;
    expect(writeCode(3, 8)).toBe(writeCode(1000, 4096));
    expect(writeCode(3, 8)).not.toBe(writeCode(3, 7));
  });
});

describe("subgroups", () => {
  const listJoins = (op: AnyOp, inputs: Spec[], attrs: object, features: Limits["features"]): boolean[] =>
    kernelLaunches(makePlan(op, inputs, attrs, features)).map(({ kernel }) => {
      const { code, extensions } = kernel as WgslKernel;
      expect(code.includes("subgroupShuffleXor")).toBe(extensions.includes("subgroups"));
      return extensions.includes("subgroups");
    });

  test.each<[string, AnyOp, Spec[], object, boolean[]]>([
    ["rows of a workgroup each", ops.sumOp, [f32(64, 4096)], over(1), [true]],
    ["shorter rows", ops.sumOp, [f32(64, 500)], over(1), [false]],
    ["neighbouring columns", ops.sumOp, [f32(400, 64)], over(0), [false]],
    ["four columns", ops.sumOp, [f32(4096, 4)], over(0), [true]],
    ["softmax of one long row", ops.softmaxOp, [f32(1, 100_000)], { axis: 1 }, [true, true]],
    ["running sums of one long row", ops.cumulativeSumOp, [f32(1_000_000)], { axis: 0 }, [true, true]],
    ["running sums of rows, which share nothing", ops.cumulativeSumOp, [f32(64, 4096)], { axis: 1 }, [false]],
  ])("join the threads of lines that have a workgroup: %s", (_, op, inputs, attrs, expected) => {
    expect(listJoins(op, inputs, attrs, new Set(["subgroups"]))).toEqual(expected);
    expect(listJoins(op, inputs, attrs, new Set())).toEqual(expected.map(() => false));
  });

  test("do not change the launches and their memory", () => {
    for (const [op, inputs, attrs] of [
      [ops.momentsOp, [f32(1_000_000)], over(0)],
      [ops.softmaxOp, [f32(1, 100_000)], { axis: 1 }],
      [ops.cumulativeSumOp, [f32(1_000_000)], { axis: 0 }],
    ] as const) {
      const [plain, joined] = [new Set<never>(), new Set(["subgroups"] as const)].map((features) => {
        const { launches, temporaries } = makePlan(op, [...inputs], attrs, features);
        const bare = (launches as KernelLaunch<Slot, ScalarSlot>[]).map(({ kernel: _, ...launch }) => launch);
        return { launches: bare, temporaries };
      });
      expect(joined).toEqual(plain);
    }
  });
});
