import type { AnyOp, Limits, ReferenceArray, Spec } from "@evenkeel/tensor";
import { countElements, findPlanner } from "@evenkeel/tensor";
import { launchPlan, makeBuffer } from "@evenkeel/tensor/testing";
import { expect, test } from "vitest";
import { allCases } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { openDevices } from "./support.ts";

const half = (...shape: number[]): Spec => ({ shape, dtype: "f16" });
/** 1.5, and its bits. */
const [fill, fillBits] = [1.5, 0x3e00];

const calls: readonly (readonly [name: string, inputs: readonly Spec[], attrs: object])[] = [
  ["transpose", [half(3, 5, 7)], { permutation: [2, 0, 1] }],
  ["transpose", [half(2, 3, 4)], { permutation: [1, 0, 2] }],
  ["flip", [half(3, 5)], { axes: [1] }],
  ["slice", [half(5, 9)], { begin: [1, 2], end: [5, 9], step: [1, 2] }],
  ["concatenate", [half(3, 3), half(3, 2)], { axis: 1 }],
  ["concatenate", [half(3, 4), half(3, 8)], { axis: 1 }],
  ["pad", [half(3, 5)], { low: [1, 2], high: [0, 0], interior: [0, 1] }],
  ["pad", [half(3, 8)], { low: [1, 8], high: [0, 0], interior: [0, 0] }],
];

// Kernels that only move two-byte elements do not need f16 arithmetic: the bits must be unchanged.
describeOn("webgpu", "elements of two bytes", () => {
  const open = openDevices();

  test.each(calls)("%s of %j", async (name, specs, attrs) => {
    const { op } = allCases.find((one) => one.op.name === name)!;
    const bits = specs.map(({ shape }, input) =>
      Uint16Array.from({ length: countElements(shape) }, (_, at) => 1 + 1000 * input + 7 * at),
    );
    expect(await moved(op, specs, attrs, bits)).toEqual(expected(op, specs, attrs, bits));
  });

  async function moved(op: AnyOp, specs: readonly Spec[], attrs: object, bits: Uint16Array[]) {
    const backend = await open();
    const storage = { ...backend.limits.storage, f16: "f16" } as const;
    const limits: Limits = { ...backend.limits, storage };
    const plan = findPlanner(op, backend)!(specs, attrs, limits, []);
    const size = countElements(op.outputs(specs, attrs)[0]!.shape);
    const output = backend.allocate(2 * size);
    const inputs = bits.map((data) => makeBuffer(backend, data));
    launchPlan(backend, plan, inputs, [output], [fill]);
    return new Uint16Array(await backend.read(output, 0, 2 * size));
  }

  /** The meaning of the op, which moves any numbers, including the bits of f16 values. */
  function expected(op: AnyOp, specs: readonly Spec[], attrs: object, bits: Uint16Array[]) {
    if (!("loops" in op.meaning)) throw new Error(`${op.name}: found no loops`);
    const arrays: ReferenceArray[] = specs.map((spec, input) => ({
      ...spec,
      data: Float64Array.from(bits[input]!),
    }));
    const outputs = op
      .outputs(specs, attrs)
      .map((spec) => ({ ...spec, data: new Float64Array(countElements(spec.shape)) }));
    op.meaning.loops(arrays, outputs, attrs, [fillBits]);
    return Uint16Array.from(outputs[0]!.data);
  }
});
