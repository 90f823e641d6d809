import { cast, execute, fromData, neg, slice, square, Tensor, tensor } from "@evenkeel/tensor";
import { negOp } from "@evenkeel/tensor/ops";
import { expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { openDevices } from "./support.ts";

const [largest, smallest] = [65_504, 2 ** -24];

/** Values with their nearest f16 number, ties to even. */
const conversions: readonly (readonly [number, number])[] = [
  [0, 0],
  [1 / 3, 1365 / 4096],
  [-0.1, -1638 / 16_384],
  [1 + 2 ** -11, 1],
  [1 + 3 * 2 ** -11, 1 + 2 ** -9],
  [2 ** -14, 2 ** -14],
  [3.4 * smallest, 3 * smallest],
  [largest, largest],
  [65_519.99, largest],
  [65_520, Infinity],
  [-65_520, -Infinity],
  [1e30, Infinity],
  [-1e30, -Infinity],
];

describeOn("webgpu", "f16 storage", () => {
  const open = openDevices();

  // Without shader-f16 on the adapter, the second form is the same as the first.
  const forms = [{ without: ["shader-f16"] }, {}] as const;

  test.each(forms)(
    "casts round to the nearest half, and beyond the largest to infinity: %j",
    async (options) => {
      const backend = await open(options);
      expect(backend.limits.storage.f16).toBe("f16");
      const values = conversions.map(([value]) => value);
      const halves = cast(tensor(values, { backend }), "f16");
      const wanted = Float32Array.from(conversions, ([, half]) => half);
      expect(await halves.data()).toEqual(wanted);
      expect(await cast(halves, "f32").data()).toEqual(wanted);
    },
  );

  test.each(forms)("a NaN stays a NaN: %j", async (options) => {
    const backend = await open(options);
    const halves = cast(tensor([Number.NaN, 1, -Number.NaN], { backend }), "f16");
    expect(await halves.data()).toEqual(Float32Array.of(Number.NaN, 1, Number.NaN));
    expect(await cast(halves, "f32").data()).toEqual(Float32Array.of(Number.NaN, 1, Number.NaN));
  });

  test("a square beyond the largest f16 number is infinite", async () => {
    const backend = await open({ without: ["shader-f16"] });
    const x = tensor([300, -255, 2, 1], { dtype: "f16", backend });
    expect(await square(x).data()).toEqual(Float32Array.of(Infinity, 65_024, 4, 1));
  });

  test.each([1, 2, 3, 4, 5, 6, 7])("data after %i f16 elements is not changed", async (length) => {
    const backend = await open({ without: ["shader-f16"] });
    const values = Array.from({ length: 9 }, (_, at) => at + 1);
    const whole = fromData(Float64Array.from(values), { shape: [9], dtype: "f16" }, { backend });
    const begin = new Tensor(whole.storage, { shape: [length], dtype: "f16" });
    const negative = cast(cast(neg(begin), "f32"), "f16");
    expect(await negative.data()).toEqual(Float32Array.from(values.slice(0, length), (x) => -x));
    // In place: the output is the beginning of the buffer that the view belongs to.
    execute(negOp, [begin], {}, { donate: [0] });
    expect(await whole.data()).toEqual(Float32Array.from(values, (x, at) => (at < length ? -x : x)));
    expect(await neg(slice(whole, { begin: [1], end: [9] })).data()).toEqual(
      Float32Array.from(values.slice(1), (x, at) => (at + 1 < length ? x : -x)),
    );
  });
});
