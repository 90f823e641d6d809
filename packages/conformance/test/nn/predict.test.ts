import { BatchNorm1d, Buffer, Linear, Module, predict, Sequential } from "@evenkeel/nn";
import { ArgumentError, mul, sum, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

const rows = [
  [1, 2],
  [3, -4],
  [5, 6],
  [-7, 8],
  [9, 0],
];

/** Batches of two and the rest, without labels. */
const data = () =>
  [rows.slice(0, 2), rows.slice(2, 4), rows.slice(4)].map((batch) => ({ inputs: tensor(batch) }));

const makeNet = (): Sequential => new Sequential(new Linear(2, 3, { seed: 1 }), new BatchNorm1d(3));

describe("predict", () => {
  test("gives the outputs of all batches in evaluation mode, in their order", async () => {
    const model = makeNet();
    const { data: values, shape } = await predict(model, { data });
    expect(shape).toEqual([5, 3]);
    expect(model.isTraining).toBe(true);
    const expected = await model.eval().forward(tensor(rows)).data();
    expect([...values]).toEqual([...expected]);
    expect((model.modules[1] as BatchNorm1d).numBatchesTracked!.value).toBe(0);
  });

  test("keeps the structure of several outputs, and takes labelled batches of host arrays", async () => {
    class Two extends Module<[x: Tensor], { readonly twice: Tensor; readonly sums: readonly Tensor[] }> {
      forward(x: Tensor) {
        return { twice: mul(x, 2), sums: [sum(x, { axis: 1 })] };
      }
    }
    const labelled = {
      epoch: () => [
        { inputs: { data: Float32Array.from(rows.flat()), shape: [5, 2] }, labels: Int32Array.of(0) },
      ],
    };
    const { twice, sums } = await predict(new Two(), { data: labelled });
    expect([...twice.data]).toEqual(rows.flat().map((value) => 2 * value));
    expect(sums[0]!.shape).toEqual([5]);
    expect([...sums[0]!.data]).toEqual([3, -1, 11, 1, 9]);
  });

  test("leaves a tensor of the model that forward returns", async () => {
    class WithAnchors extends Module<[x: Tensor], { readonly y: Tensor; readonly anchors: Tensor }> {
      readonly anchors: Buffer = new Buffer(tensor([[1, 2]]));
      forward(x: Tensor) {
        return { y: mul(x, 2), anchors: this.anchors.value };
      }
    }
    const model = new WithAnchors();
    const { anchors } = await predict(model, { data: () => data().slice(0, 1) });
    expect([...anchors.data]).toEqual([1, 2]);
    expect([...(await model.anchors.value.data())]).toEqual([1, 2]);
  });

  test("frees all memory", async () => {
    const model = makeNet();
    await predict(model, { data });
    const { live } = device().memory();
    await predict(model, { data: () => Array.from({ length: 20 }, () => ({ inputs: tensor(rows) })) });
    expect(device().memory().live).toBeLessThanOrEqual(live);
  });

  test("says what is wrong", async () => {
    const model = makeNet();
    await expect(predict(model, { data: () => [] })).rejects.toThrow(
      "predict: data: found no batches, expected at least one",
    );
    await expect(predict(model, {} as never)).rejects.toThrow(/predict: data: found undefined/);
    await expect(predict(model, { data: () => [{ labels: 1 }] as never })).rejects.toThrow(
      /data: found .* as batch 0 of epoch 0, expected \{ inputs \}/,
    );
    const wrong = () => [{ inputs: tensor([[1, 2, 3]]) }];
    await expect(predict(model, { data: wrong })).rejects.toThrow(
      /predict: batch 0: 0 \(Linear 2 -> 3\): found/,
    );
    class Text extends Module<[x: Tensor], string> {
      forward(): string {
        return "text";
      }
    }
    await expect(predict(new Text() as unknown as Sequential, { data })).rejects.toThrow(
      /predict: batch 0: predict: outputs: found "text", expected tensors/,
    );
    const controller = new AbortController();
    controller.abort(new ArgumentError("enough"));
    await expect(predict(model, { data, signal: controller.signal })).rejects.toThrow("enough");
  });
});
