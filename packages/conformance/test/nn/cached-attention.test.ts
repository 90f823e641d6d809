import {
  MultiheadAttention,
  RotaryEncoding,
  SinusoidalEncoding,
  TransformerDecoder,
  TransformerDecoderLayer,
} from "@evenkeel/nn";
import { normal, ShapeError, scope, slice, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const draw = (shape: readonly number[], stream = 0): Tensor => normal(shape, { seed: 5, stream });

async function expectSame(found: Tensor, wanted: Tensor): Promise<void> {
  expect(found.shape).toEqual(wanted.shape);
  const values = await read(wanted);
  for (const [index, value] of (await read(found)).entries()) expect(value).toBeCloseTo(values[index]!, 5);
}

/** Positions of [n, length, size], or of [length, n, size]. */
function takePositions(x: Tensor, batchFirst: boolean, begin: number, end: number): Tensor {
  return batchFirst
    ? slice(x, { begin: [0, begin], end: [x.shape[0]!, end] })
    : slice(x, { begin: [begin], end: [end] });
}

describe.each([
  [true, false],
  [false, false],
  [true, true],
])("attention with a cache, batch first %s, rotary %s", (batchFirst, isRotary) => {
  const make = (): MultiheadAttention =>
    new MultiheadAttention(8, 2, {
      batchFirst,
      seed: 1,
      ...(isRotary && { rotary: new RotaryEncoding(4) }),
    });
  const x = (): Tensor => draw(batchFirst ? [3, 6, 8] : [6, 3, 8]);

  test("positions one by one, and several at once, give what all of them give", async () => {
    const attention = make();
    const [whole] = attention.forward(x(), x(), x(), { causal: true });
    for (const ends of [[1, 2, 3, 4, 5, 6], [2, 3, 6], [6]]) {
      let past: Parameters<MultiheadAttention["extend"]>[1];
      let begin = 0;
      for (const end of ends) {
        const [output, keyValues] = attention.extend(takePositions(x(), batchFirst, begin, end), past);
        await expectSame(output, takePositions(whole, batchFirst, begin, end));
        expect(keyValues.keys.shape).toEqual([3, 2, end, 4]);
        [past, begin] = [keyValues, end];
      }
    }
  });

  test("keys and values that were computed before give the same output and weights", async () => {
    const attention = make();
    const memory = draw(batchFirst ? [3, 5, 8] : [5, 3, 8], 1);
    const mask = tensor(
      Uint8Array.from({ length: 15 }, (_, place) => (place % 5 > 2 ? 1 : 0)),
      {
        shape: [3, 5],
        dtype: "bool",
      },
    );
    const [output, weights] = attention.forward(x(), memory, memory, { keyPaddingMask: mask });
    const keyValues = attention.computeKeyValues(memory);
    const [found, foundWeights] = attention.attendTo(x(), keyValues, { keyPaddingMask: mask });
    await expectSame(found, output);
    await expectSame(foundWeights!, weights!);
  });
});

describe.each([true, false])("a decoder with a cache, batch first %s", (batchFirst) => {
  const make = (normFirst: boolean): TransformerDecoder =>
    new TransformerDecoder(
      () =>
        new TransformerDecoderLayer(8, 2, {
          dimFeedforward: 12,
          batchFirst,
          normFirst,
          seed: 2,
          dropout: 0.2,
        }),
      2,
    ).eval();

  test.each([true, false])("gives the outputs of the whole target, norm first %s", async (normFirst) => {
    const decoder = make(normFirst);
    const target = draw(batchFirst ? [2, 5, 8] : [5, 2, 8]);
    const memory = draw(batchFirst ? [2, 4, 8] : [4, 2, 8], 1);
    const memoryKeyPaddingMask = tensor(Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1), {
      shape: [2, 4],
      dtype: "bool",
    });
    const whole = decoder.forward(target, memory, { causal: true, memoryKeyPaddingMask });
    let state = decoder.begin(memory, { memoryKeyPaddingMask });
    for (const [begin, end] of [
      [0, 1],
      [1, 2],
      [2, 5],
    ] as const) {
      const [output, next] = decoder.extend(takePositions(target, batchFirst, begin, end), state);
      await expectSame(output, takePositions(whole, batchFirst, begin, end));
      expect(next.length).toBe(end);
      state = next;
    }
  });

  test("the weights of its layers are those with which they read the memory", async () => {
    const decoder = make(true);
    const target = draw(batchFirst ? [2, 5, 8] : [5, 2, 8]);
    const memory = draw(batchFirst ? [2, 4, 8] : [4, 2, 8], 1);
    const masks = { causal: true };
    const [output, weights] = decoder.forwardWithWeights(target, memory, masks);
    await expectSame(output, decoder.forward(target, memory, masks));
    expect(weights.map(({ shape }) => shape)).toEqual([
      [2, 5, 4],
      [2, 5, 4],
    ]);
    const values = await read(weights[1]!);
    for (let row = 0; row < 10; row++) {
      expect(values.slice(4 * row, 4 * row + 4).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
  });
});

test("dropout of attention and behind the activation have probabilities of their own", () => {
  const options = { dimFeedforward: 4, dropout: 0.3, attentionDropout: 0.1, activationDropout: 0 };
  const layer = new TransformerDecoderLayer(8, 2, options);
  expect([layer.selfAttention, layer.crossAttention].map(({ dropout }) => dropout)).toEqual([0.1, 0.1]);
  expect(layer.dropout.probability).toBe(0);
  for (const { probability } of [layer.dropout1, layer.dropout2, layer.dropout3])
    expect(probability).toBe(0.3);
  const plain = new TransformerDecoderLayer(8, 2, { dimFeedforward: 4, dropout: 0.2 });
  expect([plain.selfAttention.dropout, plain.dropout.probability]).toEqual([0.2, 0.2]);
  expect(() => new TransformerDecoderLayer(8, 2, { attentionDropout: 2 })).toThrow(
    "attentionDropout: found 2",
  );
});

test("sinusoidal positions begin at an offset", async () => {
  const layer = new SinusoidalEncoding(6, { batchFirst: true });
  const x = draw([2, 7, 6]);
  const whole = layer.forward(x);
  const last = slice(x, { begin: [0, 4], end: [2, 7] });
  await expectSame(layer.forward(last, 4), slice(whole, { begin: [0, 4], end: [2, 7] }));
  expect(() => layer.forward(x, -1)).toThrow("offset: found -1");
});

test("other shapes are refused, and nothing is left in memory", () => {
  const attention = new MultiheadAttention(8, 2, { batchFirst: true, seed: 1 });
  expect(() => attention.extend(draw([6, 8]))).toThrow(ShapeError);
  expect(() => attention.computeKeyValues(draw([2, 3, 7]))).toThrow(
    "MultiheadAttention 8, 2 heads: found [2, 3, 7]",
  );
  const x = draw([2, 3, 8]);
  const before = device().memory().live;
  scope(() => {
    const [, past] = attention.extend(x);
    attention.extend(x, past);
    attention.attendTo(x, attention.computeKeyValues(x));
  });
  expectNoLeak(device(), before);
});
