import { cpu } from "@evenkeel/backend-cpu";
import type { Module } from "@evenkeel/nn";
import {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "@evenkeel/nn";
import { ArgumentError, type Backend, ones, ShapeError } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const widths = [1, 2, 3, 0, 2, 1];

/** A layer whose widths all differ, compared with `pad` in PyTorch, whose circular padding takes batches only. */
function padded(rank: number, make: (padding: readonly number[]) => Module, mode: string): Comparison {
  const own = widths.slice(0, 2 * rank);
  const shape = [2, 3, 5, 6, 4].slice(0, 2 + rank);
  const outputShape = shape.map((size, axis) => {
    const first = 2 * (shape.length - 1 - axis);
    return axis < 2 ? size : size + own[first]! + own[first + 1]!;
  });
  return {
    name: make(own).describe(),
    pytorch: `F.pad(x[0], (${own.join(", ")}), ${mode})`,
    ours: ([x]) => make(own).forward(x!),
    inputs: [shape],
    outputShape,
  };
}

const comparisons: readonly Comparison[] = [
  padded(1, (padding) => new ZeroPad1d(padding), "value=0"),
  padded(2, (padding) => new ZeroPad2d(padding), "value=0"),
  padded(3, (padding) => new ZeroPad3d(padding), "value=0"),
  padded(1, (padding) => new ConstantPad1d(padding, 0.5), "value=0.5"),
  padded(2, (padding) => new ConstantPad2d(padding, 0.5), "value=0.5"),
  padded(3, (padding) => new ConstantPad3d(padding, 0.5), "value=0.5"),
  padded(1, (padding) => new ReflectionPad1d(padding), "'reflect'"),
  padded(2, (padding) => new ReflectionPad2d(padding), "'reflect'"),
  padded(3, (padding) => new ReflectionPad3d(padding), "'reflect'"),
  padded(1, (padding) => new ReplicationPad1d(padding), "'replicate'"),
  padded(2, (padding) => new ReplicationPad2d(padding), "'replicate'"),
  padded(3, (padding) => new ReplicationPad3d(padding), "'replicate'"),
  padded(1, (padding) => new CircularPad1d(padding), "'circular'"),
  padded(2, (padding) => new CircularPad2d(padding), "'circular'"),
  padded(3, (padding) => new CircularPad3d(padding), "'circular'"),
];

let backend: Backend;
beforeAll(async () => {
  backend = await cpu({ threads: 1 }).open();
});
afterAll(() => backend.close());

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: padding layers`, () => {
  let answers: ReturnType<typeof readAnswers>;
  beforeAll(() => {
    answers = readAnswers(comparisons);
  });

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});

test("one width counts for all sides, and negative ones take elements away", () => {
  const x = ones([2, 3, 4, 5], { backend });
  expect(new ZeroPad2d(2).forward(x).shape).toEqual([2, 3, 8, 9]);
  expect(new ZeroPad2d([0, -1, 0, 0]).forward(x).shape).toEqual([2, 3, 4, 4]);
  expect(new ReplicationPad1d([1, 0]).forward(x).shape).toEqual([2, 3, 4, 6]);
});

test("widths that are none, and inputs without those dimensions, are refused", () => {
  expect(() => new ZeroPad2d([1, 2])).toThrow(
    "ZeroPad2d: padding: found [1, 2], expected an integer, or an array of 4",
  );
  expect(() => new ReflectionPad1d(0.5)).toThrow(ArgumentError);
  expect(() => new ConstantPad1d(1, Number.NaN)).toThrow("ConstantPad1d: value: found NaN");
  expect(() => new ZeroPad3d(1).forward(ones([2, 3], { backend }))).toThrow(
    "ZeroPad3d 1: found [2, 3], expected [..., d, h, w]",
  );
  expect(() => new ReflectionPad1d(3).forward(ones([1, 3], { backend }))).toThrow(ShapeError);
});
