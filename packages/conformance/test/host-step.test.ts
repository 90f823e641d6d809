import { checkGradients, grad, vjp } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  cast,
  DeviceError,
  hostStep,
  MissingGradientError,
  MissingKernelError,
  mul,
  sum,
  tensor,
  withExecutor,
} from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { referenceExecutor, referenceTensor } from "../src/index.ts";
import { describeOn } from "./devices.ts";
import { onEachBackend } from "./each-backend.ts";

const waitShortly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** x + 2 y, on the host, asynchronously. */
const weighted = hostStep({
  name: "weighted",
  inputs: ["x", "y"],
  outputs: ({ x }) => ({ total: x }),
  run: async ({ x, y, total }) => {
    await waitShortly();
    x.forEach((value, at) => {
      total[at] = value + 2 * y[at]!;
    });
  },
  gradient: ({ total }) => ({ x: total, y: total && mul(total, 2) }),
});

/** The square of x, synchronously. */
const squared = hostStep({
  name: "squared",
  inputs: ["x"],
  reads: ["x"],
  outputs: ({ x }) => ({ square: x }),
  run: ({ x, square }) => square.set(x.map((value) => value * value)),
  gradient: ({ square }, { x }) => ({ x: square && mul(square, mul(x!, 2)) }),
});

onEachBackend((device, name) => {
  const place = (values: readonly number[]): Tensor => tensor(values, { backend: device() });

  test("runs in order, between the calls before and after it", async () => {
    const x = place([1, 2, 3]);
    const { total } = weighted({ x: add(x, 10), y: mul(x, x) });
    expect([...(await add(total, 1).data())]).toEqual([14, 21, 32]);
  });

  test("two steps alternate, and share an operand", async () => {
    const x = place([1, 2, 3]);
    const { total } = weighted({ x, y: x });
    const { square } = squared({ x: weighted({ x, y: total }).total });
    expect([...(await square.data())]).toEqual([49, 196, 441]);
  });

  test("several outputs of several dtypes and shapes", async () => {
    const split = hostStep({
      name: "split",
      inputs: ["x"],
      outputs: ({ x }) => ({
        isPositive: { shape: x.shape, dtype: "bool" },
        count: { shape: [], dtype: "i32" },
      }),
      run: ({ x, isPositive, count }) => {
        count[0] = x.filter((value) => value > 0).length;
        x.forEach((value, at) => {
          isPositive[at] = Number(value > 0);
        });
      },
    });
    const { isPositive, count } = split({ x: place([1, -2, 3]) });
    expect([...(await isPositive.data())]).toEqual([1, 0, 1]);
    expect(await count.item()).toBe(2);
  });

  test("f16 arrives as numbers, and is stored as f16", async (context) => {
    if (device().limits.storage.f16 === undefined) context.skip("this device has no f16");
    const { square } = squared({ x: cast(place([1.5, -2, 0.1]), "f16") });
    expect(square.dtype).toBe("f16");
    const [a, b, c] = await square.data();
    expect([a, b]).toEqual([2.25, 4]);
    expect(c).toBeCloseTo(0.01, 4);
  });

  test("runs even with empty inputs, because machines must meet", async () => {
    let runs = 0;
    const counted = hostStep({
      name: "counted",
      inputs: ["x"],
      outputs: ({ x }) => ({ same: x }),
      run: ({ x }) => {
        runs += 1 + x.length;
      },
    });
    expect([...(await counted({ x: place([]) }).same.data())]).toEqual([]);
    await device().idle();
    expect(runs).toBe(1);
  });

  test("has the given gradient, in first and second order", async () => {
    const [x, y, w] = [place([1, 2, 3]), place([4, 5, 6]), place([1, -1, 2])];
    const [, pullBack] = vjp((x: Tensor, y: Tensor) => weighted({ x, y }).total, x, y);
    const [dx, dy] = pullBack(w);
    expect([...(await dx!.data())]).toEqual([1, -1, 2]);
    expect([...(await dy!.data())]).toEqual([2, -2, 4]);
    const slope = grad((x: Tensor) => sum(mul(squared({ x }).square, w)));
    expect([...(await slope(x).data())]).toEqual([2, -4, 12]);
    const curvature = grad((x: Tensor) => sum(slope(x)));
    expect([...(await curvature(x).data())]).toEqual([2, -2, 4]);
  });

  test("that fails rejects the next read by name", async () => {
    const failing = hostStep({
      name: `failing on ${name}`,
      inputs: ["x"],
      outputs: ({ x }) => ({ y: x }),
      run: async () => {
        await waitShortly();
        throw new Error("no such machine");
      },
    });
    const { y } = failing({ x: place([1]) });
    await expect(y.data()).rejects.toThrow(DeviceError);
    const again = failing({ x: place([1]) }).y;
    await expect(again.data()).rejects.toThrow(`"failing on ${name}" failed: no such machine`);
  });

  test("without a gradient is reported when it is differentiated", () => {
    const blind = hostStep({
      name: "blind",
      inputs: ["x"],
      outputs: ({ x }) => ({ y: x }),
      run: ({ x, y }) => y.set(x),
    });
    expect(() => grad((x: Tensor) => sum(blind({ x }).y))(place([1]))).toThrow(MissingGradientError);
    expect(() => grad((x: Tensor) => sum(blind({ x }).y))(place([1]))).toThrow("blind: found no gradient");
  });

  test("rejects operands that are not tensors, and outputs with the name of an input", () => {
    expect(() => weighted({ x: place([1]), y: undefined as never })).toThrow(ArgumentError);
    expect(() => weighted({ x: place([1]), y: undefined as never })).toThrow("weighted: y: found");
    const confused = hostStep({
      name: "confused",
      inputs: ["x"],
      outputs: ({ x }) => ({ x }),
      run: () => undefined,
    });
    expect(() => confused({ x: place([1]) })).toThrow('confused: outputs: found "x"');
  });
});

describeOn("cpu", "the reference", () => {
  test("runs a synchronous step, whose gradient can be checked", async () => {
    const x = referenceTensor([0.5, -2, 3], { shape: [3], dtype: "f32" });
    await withExecutor(referenceExecutor, () => checkGradients((x: Tensor) => squared({ x }).square, [x]));
  });

  test("rejects an asynchronous step", () => {
    const x = referenceTensor([1], { shape: [1], dtype: "f32" });
    expect(() => withExecutor(referenceExecutor, () => weighted({ x, y: x }))).toThrow(MissingKernelError);
  });
});

describeOn("cpu", "host steps with missing parts", () => {
  test("are rejected", () => {
    const step = { name: "step", inputs: ["x"], outputs: () => ({}), run: () => undefined };
    expect(() => hostStep({ ...step, run: undefined as never })).toThrow("hostStep: run: found undefined");
    expect(() => hostStep({ ...step, inputs: "x" as never })).toThrow('hostStep: inputs: found "x"');
    expect(() => hostStep({ ...step, backward: 1 } as never)).toThrow(
      'hostStep: found the option "backward"',
    );
  });
});
