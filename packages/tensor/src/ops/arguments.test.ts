import { expect, test, vi } from "vitest";
import * as ops from "../index.ts";
import { RecordingBackend } from "../testing/recording-backend.ts";

const backend = new RecordingBackend();
const x = ops.zeros([2, 3], { backend });
const image = ops.zeros([1, 1, 4, 4], { backend });
const wrong = <Value>(value: unknown): Value => value as Value;

test.each<[string, () => unknown]>([
  ["add, nothing", () => ops.add(x, wrong(undefined))],
  ["add, null", () => ops.add(x, wrong(null))],
  ["add, text", () => ops.add(x, wrong("2"))],
  ["add, an array", () => ops.add(x, wrong([1]))],
  ["broadcastTo, a number", () => ops.broadcastTo(x, wrong(2))],
  ["concatenate, a tensor", () => ops.concatenate(wrong(x))],
  ["conv2d, a bias of null", () => ops.conv2d(image, image, wrong(null))],
  ["flip, options", () => ops.flip(x, wrong({ axes: 0 }))],
  ["fromData, text", () => ops.fromData(wrong(["1"]), { shape: [1], dtype: "f32" }, { backend })],
  ["fromData, nothing", () => ops.fromData(wrong(undefined), { shape: [1], dtype: "f32" }, { backend })],
  ["fromData, a number as shape", () => ops.fromData([1], { shape: wrong(1), dtype: "f32" }, { backend })],
  ["full, text", () => ops.full([2], wrong("1"), { backend })],
  ["linear, a bias of null", () => ops.linear(x, x, wrong(null))],
  ["matmul, an array", () => ops.matmul(x, wrong([[1]]))],
  ["normal, a number as shape", () => ops.normal(wrong(2), { seed: 1, backend })],
  ["reshape, a number", () => ops.reshape(x, wrong(6))],
  ["reshape, nothing", () => ops.reshape(x, wrong(undefined))],
  ["split, text", () => ops.split(x, wrong("2"))],
  ["squeeze, text", () => ops.squeeze(x, wrong("a"))],
  ["stack, null", () => ops.stack(wrong(null))],
  ["take, an array", () => ops.take(x, wrong([1]))],
  ["transpose, a number", () => ops.transpose(x, wrong(0))],
  ["where, a number as condition", () => ops.where(wrong(1), x, x)],
  ["where, null", () => ops.where(ops.greater(x, 0), x, wrong(null))],
  ["zeros, a number", () => ops.zeros(wrong(2), { backend })],
  ["zeros, a hole", () => ops.zeros(new Array(1), { backend })],
  ["split, a hole", () => ops.split(x, Object.assign(new Array(2), { 1: 2 }))],
  ["zeros, a typed array", () => ops.zeros(wrong(Int32Array.of(2, 3)), { backend })],
  ["zeros, null", () => ops.zeros(wrong(null), { backend })],
])("an operand, shape or axis of the wrong kind causes a typed error: %s", (_, call) => {
  expect(call).toThrow(ops.EvenkeelError);
});

test("the error says what was found and what was expected", () => {
  expect(() => ops.add(x, wrong(undefined))).toThrow("add: found undefined, expected a tensor, or a number");
  expect(() => ops.take(x, wrong([1]))).toThrow("take: found [1], expected a tensor");
  expect(() => ops.zeros(wrong(2), { backend })).toThrow(
    "shape: found 2, expected an array, each element a non-negative integer",
  );
});

test("a tensor of another copy of the package is accepted as an operand", async () => {
  vi.resetModules();
  const copy = await import("../index.ts");
  const other = copy.ones([2, 3], { backend }) as ops.Tensor;
  expect(other).not.toBeInstanceOf(ops.Tensor);
  const results = [ops.add(other, 1), ops.power(other, 2), ops.fuse(ops.relu)(other), ops.add(x, other)];
  for (const result of results) expect(result.shape).toEqual([2, 3]);
});
