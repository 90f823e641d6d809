import { DTypeError, ShapeError, setDefaultBackend, tensor } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bceWithLogits, l1, mse, smoothL1 } from "./elementwise.ts";

beforeAll(() => setDefaultBackend(new MemoryBackend({ launches: "evaluate" })));
afterAll(() => setDefaultBackend(undefined));

test("targets of another dtype are rejected by name, not read as f32", () => {
  const logits = tensor([1, 2]);
  for (const dtype of ["i32", "u8", "bool"] as const) {
    expect(() => mse(logits, tensor([1, 0], { dtype }))).toThrow(DTypeError);
  }
  const classes = tensor([1, 0], { dtype: "i32" });
  expect(() => mse(logits, classes)).toThrow("mse: target: found i32 [2], expected f32 or f16: use cast");
  expect(() => bceWithLogits(logits, logits, { positiveWeight: classes })).toThrow(
    /positiveWeight: found i32/,
  );
});

test("the weight of positives does not make the loss larger", () => {
  const logits = tensor([1, 2]);
  const positiveWeight = tensor([[1], [2], [3]]);
  expect(() => bceWithLogits(logits, logits, { positiveWeight })).toThrow(ShapeError);
  expect(bceWithLogits(logits, logits, { positiveWeight: tensor(2), reduction: "none" }).shape).toEqual([2]);
});

test.each([
  ["mse", mse, [0.25, 4]],
  ["l1", l1, [0.5, 2]],
  ["smoothL1", smoothL1, [0.125, 1.5]],
] as const)("%s takes f16 beside f32, and is f32", async (_, loss, expected) => {
  const half = tensor([1.5, -1], { dtype: "f16" });
  for (const dtype of ["f32", "f16"] as const) {
    const found = loss(half, tensor([1, 1], { dtype }), { reduction: "none" });
    expect(found.dtype).toBe("f32");
    expect([...(await found.data())]).toEqual(expected);
  }
});
