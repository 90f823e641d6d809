import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import { launchPlan, makeBuffer, readValues } from "@evenkeel/tensor/testing";
import type { LineMap } from "@evenkeel/tensor/wgsl";
import { planMap } from "@evenkeel/tensor/wgsl";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

/** Lines scaled to a mean square of 1, times a number for each position, plus a number for each line. */
const scaled: LineMap = {
  name: "scaled",
  state: "f32",
  stateWords: 1,
  element: "f32",
  perLine: { shift: "f32" },
  perPosition: { scale: "f32" },
  parameters: { length: "f32" },
  maps: true,
  code: `
struct Facts { factor: f32, shift: f32 }
fn initial() -> State { return 0f; }
fn take(s: State, x: f32, at: u32) -> State { return s + x * x; }
fn merge(a: State, b: State) -> State { return a + b; }
fn prepare(s: State, line: u32) -> Facts { return Facts(inverseSqrt(s / p.length), shift[line]); }
fn map(x: f32, facts: Facts, at: u32) -> u32 {
  return bitcast<u32>(x * facts.factor * scale[at] + facts.shift);
}`,
};

interface Lines {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

const cases: readonly (readonly [name: string, lines: Lines])[] = [
  ["rows of vectors", { outer: 3, length: 64, inner: 1 }],
  ["rows", { outer: 3, length: 7, inner: 1 }],
  ["columns", { outer: 2, length: 5, inner: 3 }],
  ["columns of vectors", { outer: 2, length: 37, inner: 8 }],
  ["rows that have a workgroup each", { outer: 2, length: 1001, inner: 1 }],
  ["four columns that have a workgroup", { outer: 1, length: 1001, inner: 4 }],
  ["a row in parts", { outer: 1, length: 70_001, inner: 1 }],
];

const wave = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => 1 + Math.sin(phase + index));

function computeExpected(
  { outer, length, inner }: Lines,
  [x, shift, scale]: readonly Float32Array[],
): number[] {
  const y: number[] = [];
  for (let line = 0; line < outer * inner; line++) {
    const start = Math.floor(line / inner) * length * inner + (line % inner);
    const places = Array.from({ length }, (_, at) => start + at * inner);
    const square = places.reduce((sum, place) => sum + x![place]! ** 2, 0) / length;
    for (const [at, place] of places.entries()) {
      y[place] = (x![place]! / Math.sqrt(square)) * scale![at]! + shift![line]!;
    }
  }
  return y;
}

describeOn("webgpu", "operands of lines", () => {
  describe.each([
    ["with what the device has", []],
    ["without subgroups", ["subgroups"]],
  ] as const)("%s", (_, without) => {
    let backend: WebgpuBackend;
    beforeAll(async () => {
      backend = await openWebgpu({ without });
    });
    afterAll(() => backend.close());

    test.each(cases)("%s have one for each element, line and position", async (_, lines) => {
      const { outer, length, inner } = lines;
      const values = [wave(outer * length * inner, 0), wave(outer * inner, 1), wave(length, 2)];
      const plan = planMap(lines, scaled, backend.limits, { length });
      const output = backend.allocate(values[0]!.byteLength);
      const inputs = values.map((data) => makeBuffer(backend, data));
      launchPlan(backend, plan, inputs, [output]);
      const found = await readValues(backend, output);
      const expected = computeExpected(lines, values);
      // Values are below 10, so this allows about 16 units in the last place.
      const wrong = expected.findIndex((value, at) => !(Math.abs(found[at]! - value) < 16 * 2 ** -20));
      expect([wrong, found[wrong], expected[wrong]]).toEqual([-1, undefined, undefined]);
    });
  });
});
