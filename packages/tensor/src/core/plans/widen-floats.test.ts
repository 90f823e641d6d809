import { expect, test } from "vitest";
import { conv2dFilterGradientOp, sumOp } from "../../ops/index.ts";
import type { Limits } from "../devices/backend.ts";
import { findPlanner } from "../executor.ts";
import type { AnyOp } from "../op.ts";
import type { Spec } from "../spec.ts";
import { loadPlans } from "./plan-tables.ts";

await loadPlans(["wgsl"]);

const limits = { maxWorkgroups: 65_535, features: new Set<string>() } as unknown as Limits;
const half = (...shape: number[]): Spec => ({ shape, dtype: "f16" });
const float = (...shape: number[]): Spec => ({ shape, dtype: "f32" });

function makePlan(op: AnyOp, inputs: Spec[], attrs: object) {
  const { launches, temporaries, aliases } = findPlanner(op, { languages: ["wgsl"] })!(
    inputs,
    attrs,
    limits,
    [false, false],
  );
  const kinds = launches.map((launch) =>
    launch.kind === "expression"
      ? `${launch.expression.inputs} to ${launch.expression.outputs.map(({ dtype }) => dtype)}`
      : launch.kind,
  );
  return { kinds, temporaries, aliases };
}

test("operands in f16 are cast before and after", () => {
  const { kinds, temporaries } = makePlan(sumOp, [half(7, 37)], { axes: [1], keepDims: false });
  expect(kinds).toEqual(["f16 to f32", "kernel", "f32 to f16"]);
  expect(temporaries).toContainEqual(float(7, 37));
  expect(temporaries).toContainEqual(float(7));
});

test("a reduction of single elements stays a view", () => {
  const { kinds, aliases } = makePlan(sumOp, [half(4, 1)], { axes: [1], keepDims: false });
  expect(kinds).toEqual([]);
  expect(aliases).toEqual([[0, 0]]);
});

test("a gradient in f32 of operands in f16 is not cast", () => {
  const attrs = { stride: [1, 1], padding: Array(2).fill([0, 0]), dilation: [1, 1], groups: 1, dtype: "f32" };
  const { kinds } = makePlan(conv2dFilterGradientOp, [half(2, 8, 6, 6), half(2, 8, 4, 4)], attrs);
  expect(kinds.slice(0, 2)).toEqual(["f16 to f32", "f16 to f32"]);
  expect(kinds).not.toContain("f32 to f16");
});

test("operands in f32 are not cast", () => {
  const { kinds } = makePlan(sumOp, [float(7, 37)], { axes: [1], keepDims: false });
  expect(kinds).toEqual(["kernel"]);
});
