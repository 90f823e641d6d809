import { expect, test } from "vitest";
import { findPlanner } from "../../core/executor.ts";
import { loadPlans } from "../../core/plans/plan-tables.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { concatenateOp } from "./concatenate.ts";

await loadPlans(["wgsl"]);

const { limits } = new RecordingBackend();
const joined = (axis: number, shapes: readonly Shape[], dtype: DType = "f32") =>
  findPlanner(concatenateOp, { languages: ["wgsl"] })!(
    shapes.map((shape) => ({ shape, dtype })),
    { axis },
    limits,
    shapes.map(() => false),
  ).launches;

test("a WGSL kernel joins as many tensors as every device can bind together with the output", () => {
  const vectors = (count: number): Shape[] => Array.from({ length: count }, (_, index) => [index + 1]);
  expect(joined(0, vectors(2))).toHaveLength(1);
  expect(joined(0, vectors(7))).toHaveLength(1);
  expect(joined(0, vectors(15)).map((launch) => launch.kind === "kernel" && launch.reads.length)).toEqual([
    7, 7, 1,
  ]);
  expect(
    joined(1, [
      [4, 0],
      [4, 2],
      [4, 0],
    ]),
  ).toMatchObject([{ reads: [{ input: 1 }] }]);
});

test("tensors that share words are copied one by one", () => {
  expect(joined(0, [[3], [6]], "u8")).toHaveLength(2);
  expect(joined(0, [[4], [8]], "u8")).toHaveLength(1);
});
