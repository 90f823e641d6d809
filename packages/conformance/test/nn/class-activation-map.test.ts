import { resnet20 } from "@evenkeel/models";
import {
  Conv2d,
  classActivationMap,
  Flatten,
  GlobalAveragePool,
  Linear,
  ReLU,
  Sequential,
} from "@evenkeel/nn";
import { mul, relu, sum, type Tensor, tensor, zeros } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

/** A bright square on a dark image, at the given corner. */
function makeSquare(top: number, left: number): Tensor {
  const data = new Float32Array(64);
  for (let y = top; y < top + 3; y++) data.fill(1, 8 * y + left, 8 * y + left + 3);
  return tensor(data, { shape: [1, 1, 8, 8] });
}

const makeNet = (): Sequential =>
  new Sequential(
    new Conv2d(1, 4, 3, { padding: 1, seed: 1 }),
    new ReLU(),
    new GlobalAveragePool(),
    new Linear(4, 3, { seed: 2 }),
  );

describe("classActivationMap", () => {
  test("of a network with global average pooling is the sum of its channels, weighted by the class's row", async () => {
    const net = makeNet();
    const x = makeSquare(1, 4);
    const classes = tensor([2], { dtype: "i32" });
    const map = classActivationMap(net, x, { classes });
    expect(map.shape).toEqual([1, 8, 8]);
    const [convolution, , , linear] = [...net.namedModules()].slice(1).map(([, module]) => module);
    const row = [...(await (linear as Linear).weight.value.data())].slice(8, 12);
    const channels = relu((convolution as Conv2d).forward(x));
    const weights = tensor(row.map((value) => [[value]]));
    const expected = await relu(sum(mul(channels, mul(weights, 1 / 64)), { axis: 1 })).data();
    const found = await map.data();
    for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index]!, 6);
    expect(Math.max(...found)).toBeGreaterThan(0);
  });

  test("is that of the predicted class, and of the layer at a path", async () => {
    const net = makeNet();
    const x = makeSquare(2, 2);
    const logits = [...(await (net.forward(x) as Tensor).data())];
    const predicted = tensor([logits.indexOf(Math.max(...logits))], { dtype: "i32" });
    const given = await classActivationMap(net, x, { classes: predicted, path: "1" }).data();
    expect([...(await classActivationMap(net, x).data())]).toEqual([...given]);
  });

  test("leaves mode and running statistics of a model as they are", async () => {
    const net = resnet20({ inChannels: 1, seed: 1 });
    const before = [...(await net.bn1!.runningMean!.value.data())];
    const map = classActivationMap(net, zeros([2, 1, 16, 16]));
    expect(map.shape).toEqual([2, 4, 4]);
    expect(net.isTraining).toBe(true);
    expect([...(await net.bn1!.runningMean!.value.data())]).toEqual(before);
  });

  test("refuses networks without pixels, and paths without them", () => {
    const flat = new Sequential(new Flatten(), new Linear(64, 3, { seed: 1 }));
    expect(() => classActivationMap(flat, makeSquare(1, 1))).toThrow(
      "classActivationMap: found no module whose output has several pixels",
    );
    expect(() => classActivationMap(makeNet(), makeSquare(1, 1), { path: "3" })).toThrow(
      'classActivationMap: path: found "3", expected a module with an output of several pixels',
    );
    expect(() => classActivationMap(makeNet(), makeSquare(1, 1), { path: "7" })).toThrow('found "7"');
  });
});
