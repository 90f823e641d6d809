import { ConstantPad1d, ReflectionPad1d, ReplicationPad1d, ZeroPad2d, ZeroPad3d } from "@evenkeel/nn";
import { ArgumentError, ones, ShapeError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

test("one width counts for all sides, and negative ones take elements away", () => {
  const x = ones([2, 3, 4, 5]);
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
  expect(() => new ZeroPad3d(1).forward(ones([2, 3]))).toThrow(
    "ZeroPad3d 1: found [2, 3], expected [..., d, h, w]",
  );
  expect(() => new ReflectionPad1d(3).forward(ones([1, 3]))).toThrow(ShapeError);
});
