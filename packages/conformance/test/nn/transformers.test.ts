import { valueAndGrad } from "@evenkeel/autodiff";
import {
  Adam,
  BatchRenorm1d,
  causalMask,
  GroupNorm,
  init,
  LearnedEncoding,
  Linear,
  MaskedBatchNorm,
  Module,
  MultiheadAttention,
  mse,
  RotaryEncoding,
  replaceNormalization,
  SinusoidalEncoding,
  summary,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  trainStep,
} from "@evenkeel/nn";
import {
  ArgumentError,
  cast,
  DTypeError,
  matmul,
  mul,
  normal,
  ones,
  ShapeError,
  scope,
  slice,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const draw = (shape: readonly number[], stream = 0): Tensor => normal(shape, { seed: 5, stream });
/** Padding [2, 4]: the second sequence ends after two positions. */
const makePadding = (): Tensor =>
  tensor(Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1), { shape: [2, 4], dtype: "bool" });
const small = { dimFeedforward: 8, dropout: 0, batchFirst: true, seed: 1 } as const;

function expectEach(found: readonly number[], wanted: readonly number[], digits = 5): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, value] of wanted.entries()) expect(found[index]).toBeCloseTo(value, digits);
}

describe("MultiheadAttention", () => {
  test("names its state as PyTorch does, with joined and with separate weights", () => {
    expect(Object.keys(new MultiheadAttention(4, 2).stateDict())).toEqual([
      "in_proj_weight",
      "in_proj_bias",
      "out_proj.weight",
      "out_proj.bias",
    ]);
    const separate = new MultiheadAttention(4, 2, { kdim: 3, bias: false });
    expect(Object.keys(separate.stateDict())).toEqual([
      "q_proj_weight",
      "k_proj_weight",
      "v_proj_weight",
      "out_proj.weight",
    ]);
    expect(separate.describe()).toBe("MultiheadAttention 4, 2 heads");
  });

  test("a query that may attend to nothing passes on the bias, and no NaN reaches a weight", async () => {
    const layer = new MultiheadAttention(4, 2, { batchFirst: true, seed: 1 });
    layer.outProjection.bias!.value = tensor([1, 2, 3, 4]);
    const keyPaddingMask = tensor(Uint8Array.of(0, 0, 1, 1), { shape: [2, 2], dtype: "bool" });
    const run = () => layer.forward(draw([2, 2, 4]), undefined, undefined, { keyPaddingMask });
    const [y, weights] = run();
    expect((await read(y)).slice(8)).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect((await read(weights!)).slice(4)).toEqual([0, 0, 0, 0]);
    const [, gradients] = valueAndGrad(layer, () => sum(run()[0]))();
    for (const gradient of gradients) for (const value of await read(gradient)) expect(value).not.toBeNaN();
  });

  test("a causal mask of floats, one of bool and the option agree", async () => {
    const layer = new MultiheadAttention(4, 2, { batchFirst: true, seed: 1 });
    const x = draw([2, 3, 4]);
    const run = (inputs: Parameters<MultiheadAttention["forward"]>[3]): Promise<number[]> =>
      read(layer.forward(x, x, x, inputs)[0]);
    const wanted = await run({ causal: true });
    const mask = causalMask(3);
    expect((await read(mask)).map((value) => value === 0)).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
      true,
      true,
      true,
    ]);
    expectEach(await run({ attentionMask: mask }), wanted, 6);
    expectEach(await run({ attentionMask: cast(mask, "bool") }), wanted, 6);
  });

  test("dropout of weights depends on the seed, in training alone, and resumes", async () => {
    const layer = new MultiheadAttention(4, 2, { dropout: 0.5, seed: 3, batchFirst: true });
    const x = draw([1, 6, 4]);
    const first = await read(layer.forward(x)[1]!);
    expect(first).not.toEqual(await read(layer.forward(x)[1]!));
    const again = new MultiheadAttention(4, 2, { dropout: 0.5, seed: 3, batchFirst: true });
    expect(await read(again.forward(x)[1]!)).toEqual(first);
    layer.eval();
    expect(await read(layer.forward(x)[1]!)).toEqual(await read(layer.forward(x)[1]!));
  });

  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    [
      "heads",
      () => new MultiheadAttention(6, 4),
      ArgumentError,
      "numHeads: found 4, expected a divisor of 6, embedDim",
    ],
    [
      "no memory",
      () => new TransformerDecoderLayer(4, 2).forward(ones([3, 2, 4]), undefined as never),
      ArgumentError,
      "TransformerDecoderLayer: memory: found undefined, expected a tensor",
    ],
    [
      "a key",
      () => new MultiheadAttention(4, 2).forward(ones([3, 2, 4]), 3 as never),
      ArgumentError,
      "found 3, expected a tensor",
    ],
    [
      "a layer of a stack",
      () => new TransformerEncoder((() => 3) as never, 2),
      ArgumentError,
      "TransformerEncoder: makeLayer: found 3 as layer 0, expected a module",
    ],
    [
      "a word of PyTorch",
      () =>
        new MultiheadAttention(4, 2).forward(ones([3, 2, 4]), undefined, undefined, { attnMask: 1 } as never),
      ArgumentError,
      'MultiheadAttention: found the option "attnMask"',
    ],
    [
      "a width",
      () => new MultiheadAttention(4, 2).forward(ones([3, 2, 5])),
      ShapeError,
      "found [3, 2, 5], expected [..., 4]",
    ],
    [
      "a batch",
      () => new MultiheadAttention(4, 2).forward(ones([3, 2, 4]), ones([3, 1, 4])),
      ShapeError,
      "found query, key and value [3, 2, 4], [3, 1, 4], [3, 1, 4], expected [length, n, size] or [length, size], of one batch",
    ],
    [
      "a mask of keys",
      () =>
        new MultiheadAttention(4, 2).forward(ones([3, 2, 4]), undefined, undefined, {
          keyPaddingMask: zeros([3, 2], { dtype: "bool" }),
        }),
      ShapeError,
      "MultiheadAttention 4, 2 heads: keyPaddingMask: found [3, 2], expected [2, 3]",
    ],
    [
      "a mask of integers",
      () =>
        new MultiheadAttention(4, 2).forward(ones([3, 2, 4]), undefined, undefined, {
          attentionMask: zeros([3, 3], { dtype: "i32" }),
        }),
      DTypeError,
      "attentionMask: found i32 [3, 3], expected bool or floats",
    ],
  ])("refuses %s that does not fit", (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});

describe("layers of transformers", () => {
  test("name their state as PyTorch does", () => {
    const names = Object.keys(new TransformerDecoderLayer(4, 2, small).stateDict());
    for (const name of [
      "self_attn.in_proj_weight",
      "multihead_attn.out_proj.bias",
      "linear1.weight",
      "norm3.bias",
    ])
      expect(names).toContain(name);
    const model = new Transformer({
      ...small,
      dModel: 4,
      nHead: 2,
      numEncoderLayers: 2,
      numDecoderLayers: 1,
    });
    const all = Object.keys(model.stateDict());
    expect(all).toContain("encoder.layers.1.self_attn.in_proj_bias");
    expect(all).toContain("decoder.norm.weight");
  });

  test("the layers of a stack start with different weights", async () => {
    const model = new TransformerEncoder(() => new TransformerEncoderLayer(4, 2, { dimFeedforward: 8 }), 2);
    const [first, second] = model.layers.map((layer) => layer.linear1.weight.value) as [Tensor, Tensor];
    expect(await read(first)).not.toEqual(await read(second));
  });

  test("what is padded changes no other position, with layer norm and with masked batch norm", async () => {
    for (const normalization of [undefined, (channels: number) => new MaskedBatchNorm(channels)]) {
      const layer = new TransformerEncoderLayer(4, 2, { ...small, normalization, normFirst: true });
      const srcKeyPaddingMask = makePadding();
      const run = async (x: Tensor): Promise<number[]> =>
        (await read(layer.forward(x, { srcKeyPaddingMask }))).slice(0, 24);
      const values = await read(draw([2, 4, 4]));
      const x = tensor(values, { shape: [2, 4, 4] });
      const changed = tensor(
        values.map((value, index) => (index < 24 ? value : 100 * value)),
        { shape: [2, 4, 4] },
      );
      expectEach(await run(changed), await run(x));
    }
  });

  test("masked batch norm counts real positions alone, whichever dimension is the batch", async () => {
    const make = (batchFirst: boolean) =>
      new TransformerEncoderLayer(4, 2, {
        ...small,
        batchFirst,
        normalization: (channels) => new MaskedBatchNorm(channels, { momentum: 1 }),
        normFirst: true,
      });
    const [x, srcKeyPaddingMask] = [draw([2, 4, 4]), makePadding()];
    const values = await read(x);
    const counted = Array.from({ length: 6 }, (_, position) => values.slice(position * 4, position * 4 + 4));
    const means = [0, 1, 2, 3].map((channel) => counted.reduce((total, row) => total + row[channel]!, 0) / 6);
    const first = make(true);
    first.forward(x, { srcKeyPaddingMask });
    const norm = first.norm1 as unknown as MaskedBatchNorm;
    expectEach(await read(norm.runningMean!.value), means);
    const second = make(false);
    const positions = [0, 1, 2, 3].flatMap((at) =>
      [0, 1].flatMap((n) => values.slice((n * 4 + at) * 4, (n * 4 + at + 1) * 4)),
    );
    second.forward(tensor(positions, { shape: [4, 2, 4] }), { srcKeyPaddingMask });
    expectEach(await read((second.norm1 as unknown as MaskedBatchNorm).runningMean!.value), means);
  });

  test("replaceNormalization puts norms of channels in the places of layer norms", () => {
    const model = new TransformerEncoder(() => new TransformerEncoderLayer(4, 2, small), 2);
    const paths = replaceNormalization(model, (_, path) =>
      path.endsWith("norm1")
        ? new MaskedBatchNorm(4)
        : path.startsWith("layers.0")
          ? new GroupNorm(2, 4)
          : new BatchRenorm1d(4),
    );
    expect(paths).toEqual(["layers.0.norm1", "layers.0.norm2", "layers.1.norm1", "layers.1.norm2"]);
    expect(model.forward(draw([2, 4, 4]), { srcKeyPaddingMask: makePadding() }).shape).toEqual([2, 4, 4]);
  });

  test("the padding of the source is that of the memory, unless the call says otherwise", async () => {
    const model = new Transformer({
      ...small,
      dModel: 4,
      nHead: 2,
      numEncoderLayers: 1,
      numDecoderLayers: 1,
    });
    const [src, tgt, srcKeyPaddingMask] = [draw([2, 4, 4]), draw([2, 3, 4], 1), makePadding()];
    const wanted = await read(
      model.forward(src, tgt, { srcKeyPaddingMask, memoryKeyPaddingMask: srcKeyPaddingMask }),
    );
    expect(await read(model.forward(src, tgt, { srcKeyPaddingMask }))).toEqual(wanted);
  });

  test("a decoder whose target is causal does not see what follows", async () => {
    const model = new TransformerDecoder(() => new TransformerDecoderLayer(4, 2, small), 2);
    const [tgt, memory] = [draw([1, 5, 4]), draw([1, 3, 4], 1)];
    const whole = await read(model.forward(tgt, memory, { causal: true }));
    const begin = await read(
      model.forward(slice(tgt, { begin: [0, 0], end: [1, 3] }), memory, { causal: true }),
    );
    expectEach(whole.slice(0, 12), begin);
  });

  test("errors name the path", () => {
    const model = new TransformerEncoder(() => new TransformerEncoderLayer(4, 2, small), 2);
    expect(() => model.forward(ones([2, 3, 5]))).toThrow(
      "layers.0.self_attn (MultiheadAttention 4, 2 heads): found [2, 3, 5], expected [..., 4]",
    );
    expect(() => new TransformerEncoderLayer(4, 2, { dimFeedForward: 3 } as never)).toThrow(
      'TransformerEncoderLayer: found the option "dimFeedForward"',
    );
  });

  test("training lowers the loss and leaks nothing", async () => {
    class Reverser extends Module {
      readonly positions = new SinusoidalEncoding(8, { batchFirst: true });
      readonly encoder = new TransformerEncoder(
        () =>
          new TransformerEncoderLayer(8, 2, { ...small, normalization: (size) => new MaskedBatchNorm(size) }),
        1,
      );
      readonly output = new Linear(8, 8, { seed: 2 });
      forward(x: Tensor): Tensor {
        return this.output.forward(this.encoder.forward(this.positions.forward(x)));
      }
    }
    const model = new Reverser();
    const step = trainStep(model, mse, new Adam(model, { learningRate: 0.01 }));
    const [x, y] = [draw([4, 6, 8]), draw([4, 6, 8], 1)];
    const losses: number[] = [];
    let live = 0;
    for (let count = 0; count < 12; count++) {
      const loss = step(x, y);
      losses.push(await loss.item());
      loss.dispose();
      if (count === 1) live = device().memory().live;
    }
    expectNoLeak(device(), live);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  });

  test("summary shows them and counts the operations of attention", () => {
    const layer = new TransformerEncoderLayer(8, 2, { ...small, dimFeedforward: 16 });
    const { modules, flops } = summary(layer, [3, 5, 8]);
    const positions = 15;
    const ofAttention = 2 * positions * (8 * 24 + 8 * 8) + 2 * 2 * 3 * 5 * 5 * 8;
    expect(modules.find(({ path }) => path === "self_attn")).toMatchObject({
      description: "MultiheadAttention 8, 2 heads",
      flops: ofAttention,
      parameters: 4 * 64 + 32,
    });
    expect(flops).toBe(ofAttention + 2 * positions * 2 * 8 * 16);
    expect(`${summary(layer, [3, 5, 8])}`).toContain("linear1");
  });
});

describe("encodings of positions", () => {
  test("sines and cosines of the paper, in either order of dimensions", async () => {
    const layer = new SinusoidalEncoding(4, { batchFirst: true });
    const rows = [0, 1, 2].flatMap((at) => [
      Math.sin(at),
      Math.cos(at),
      Math.sin(at / 100),
      Math.cos(at / 100),
    ]);
    expectEach(await read(layer.forward(zeros([1, 3, 4]))), rows);
    expectEach(
      await read(new SinusoidalEncoding(4).forward(zeros([3, 2, 4]))),
      [0, 0, 1, 1, 2, 2].flatMap((at) => rows.slice(at * 4, at * 4 + 4)),
    );
    expect(Object.keys(layer.stateDict())).toEqual([]);
    expect(layer.forward(zeros([1, 9, 4])).shape).toEqual([1, 9, 4]);
  });

  test("learned vectors", async () => {
    const layer = new LearnedEncoding(3, 2, { weightInit: init.ones });
    expect(await read(layer.forward(zeros([2, 1, 2])))).toEqual([1, 1, 1, 1]);
    expect(() => layer.forward(zeros([4, 1, 2]))).toThrow(
      "LearnedEncoding 3 x 2: found [4, 1, 2], expected at most 3 positions",
    );
  });

  test.each([true, false])("rotary scores depend on distances alone, interleaved %s", async (interleaved) => {
    const layer = new RotaryEncoding(6, { interleaved });
    const [q, k] = [draw([1, 3, 6]), draw([1, 3, 6], 1)];
    const score = async (offset: number): Promise<number[]> =>
      read(matmul(layer.forward(q, offset), layer.forward(k, offset), { transposeB: true }));
    expectEach(await score(11), await score(0));
    expectEach(
      await read(slice(layer.forward(q), { begin: [0, 0], end: [1, 1] })),
      (await read(q)).slice(0, 6),
    );
    const turned = await read(
      layer.forward(
        tensor([
          [0, 0, 0, 0, 0, 0],
          [1, 0, 0, 0, 0, 0],
        ]),
      ),
    );
    const other = interleaved ? 1 : 3;
    expect(turned[6]).toBeCloseTo(Math.cos(1), 6);
    expect(turned[6 + other]).toBeCloseTo(Math.sin(1), 6);
  });

  test("the gradient of a rotation turns back, the second one turns again", async () => {
    const layer = new RotaryEncoding(4);
    const x = draw([2, 5, 4]);
    const [y, gradient] = valueAndGrad((values: Tensor) => {
      const turned = layer.forward(values);
      return sum(mul(turned, turned));
    })(x);
    expect(await y.item()).toBeCloseTo(await sum(mul(x, x)).item(), 3);
    expectEach(
      await read(gradient),
      (await read(x)).map((value) => 2 * value),
      4,
    );
    const attention = new MultiheadAttention(8, 2, { rotary: layer, seed: 1 });
    expect(attention.forward(draw([5, 2, 8]))[0].shape).toEqual([5, 2, 8]);
    const { live } = device().memory();
    scope(() => void attention.forward(ones([5, 2, 8])));
    expectNoLeak(device(), live);
  });

  test("an odd size is refused", () => {
    expect(() => new RotaryEncoding(3)).toThrow("RotaryEncoding: size: found 3, expected an even number");
  });
});
