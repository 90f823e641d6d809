import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, ShapeError } from "../../checks/errors.ts";
import { countElements } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import type { DType } from "../../expression/dtype.ts";
import * as ops from "../../index.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { findGradient } from "../gradient-of.ts";
import { softmaxCrossEntropyOp } from "../index.ts";

const backend = new RecordingBackend();
await ops.loadPlans(backend.languages);
/** A tensor that no launch has made. */
const of = (dtype: DType, ...shape: number[]) =>
  fromData(new Float64Array(countElements(shape)), { shape, dtype }, { backend });
const f32 = (...shape: number[]) => of("f32", ...shape);
const labels = (n: number) => of("i32", n);

function countLaunches(call: () => unknown): number {
  const before = backend.launches.length;
  call();
  return backend.launches.length - before;
}

describe("one launch in each direction", () => {
  test.each([
    ["rows", -1],
    ["columns", 0],
    ["the middle", 1],
  ])("softmax and logSoftmax along %s", (_, axis) => {
    const x = f32(4, 5, 6);
    expect(countLaunches(() => ops.softmax(x, { axis }))).toBe(1);
    expect(countLaunches(() => ops.logSoftmax(x, { axis }))).toBe(1);
  });

  test("cross-entropy", () => {
    const inputs = [f32(4, 10), labels(4)];
    const attrs = { labelSmoothing: 0, ignoreIndex: -100 };
    expect(countLaunches(() => ops.softmaxCrossEntropy(inputs[0]!, inputs[1]!))).toBe(1);
    const gradient = findGradient(softmaxCrossEntropyOp, inputs, attrs)!;
    const outputGradients = [f32(4)];
    const backward = () =>
      gradient.apply({
        inputs,
        outputs: [undefined],
        inputSpecs: inputs,
        outputSpecs: outputGradients,
        outputGradients,
        needed: [true, false],
        attrs,
        scalars: [],
      });
    expect(countLaunches(backward)).toBe(1);
    expect(gradient.reads(attrs)).toEqual({ inputs: [0, 1], outputs: [] });
  });
});

describe("errors", () => {
  test.each([
    ["softmax: axis: found -1", ArgumentError, () => ops.softmax(f32())],
    ["logSoftmax: x: found i32, expected f32", DTypeError, () => ops.logSoftmax(labels(3))],
    ["expected [n, classes] and [n]", ShapeError, () => ops.softmaxCrossEntropy(f32(3), labels(3))],
    ["found logits [3, 2] and labels [2]", ShapeError, () => ops.softmaxCrossEntropy(f32(3, 2), labels(2))],
    ["labels: found f32, expected i32", DTypeError, () => ops.softmaxCrossEntropy(f32(3, 2), f32(3))],
    [
      "labelSmoothing: found 1, expected a number in [0, 1)",
      ArgumentError,
      () => ops.softmaxCrossEntropy(f32(3, 2), labels(3), { labelSmoothing: 1 }),
    ],
    ["ignoreIndex", ArgumentError, () => ops.softmaxCrossEntropy(f32(3, 2), labels(3), { ignoreIndex: 0.5 })],
  ] as const)("%s", (message, type, call) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
