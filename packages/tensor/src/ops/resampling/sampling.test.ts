import { expect, test } from "vitest";
import { computeSpanTable } from "./sampling.ts";

const sampling = {
  mode: "linear",
  input: 8,
  output: 150_000,
  from: 8,
  to: 150_000,
  alignCorners: false,
  antialias: false,
  isTransposed: false,
} as const;

test("a table of 150,000 results has a row for each, and so has that of its gradient", () => {
  const { words, width } = computeSpanTable(sampling);
  expect(width).toBe(4);
  expect(words.length).toBe(4 * 150_000);
  expect([...words.slice(-4, -2)]).toEqual([7, 1]);
  const turned = { ...sampling, input: 150_000, output: 8, from: 150_000, to: 8, isTransposed: true };
  expect(computeSpanTable(turned).words.length).toBe(150_000 * computeSpanTable(turned).width);
});

test("the shape of a table is checked before it is computed", () => {
  const shapes: number[][] = [];
  const refuse = (shape: number[]): void => {
    shapes.push(shape);
    throw new Error("too large");
  };
  expect(() => computeSpanTable({ ...sampling, output: 1e15 }, refuse)).toThrow("too large");
  expect(shapes).toEqual([[1e15, 4]]);
});
