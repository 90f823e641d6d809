import { checkGradients, grad, valueAndGrad } from "@evenkeel/autodiff";
import {
  ArgumentError,
  attentionWeights,
  cast,
  DTypeError,
  full,
  maskedSoftmax,
  mul,
  normal,
  ones,
  ShapeError,
  scaledDotProductAttention,
  scope,
  softmax,
  sum,
  type Tensor,
  tensor,
  tril,
  where,
  withExecutor,
  zeros,
} from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import { referenceBackend, referenceExecutor } from "../src/reference.ts";
import { onEachBackend } from "./each-backend.ts";
import { expectNoLeak } from "./expect-no-leak.ts";

const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];

onEachBackend((backend) => {
  const draw = (shape: readonly number[], stream: number): Tensor =>
    normal(shape, { seed: 3, stream, backend: backend() });
  const bool = (values: readonly number[], shape: readonly number[]): Tensor =>
    tensor(Uint8Array.from(values), { shape, dtype: "bool", backend: backend() });

  test("the causal mask is the triangle of matrices, the first query meets the first key", async () => {
    const [q, k] = [draw([2, 3, 5], 0), draw([2, 7, 5], 1)];
    const mask = cast(tril(ones([3, 7], { backend: backend() })), "bool");
    const wanted = attentionWeights(q, k, { mask });
    expect(await read(attentionWeights(q, k, { causal: true }))).toEqual(await read(wanted));
  });

  test("a query that may attend to nothing gets 0, and nothing has a gradient through it", async () => {
    const mask = bool([1, 0, 0, 0], [2, 2]);
    const run = (q: Tensor, k: Tensor, v: Tensor) => sum(scaledDotProductAttention(q, k, v, { mask }));
    const operands = [draw([2, 4], 0), draw([2, 4], 1), draw([2, 4], 2)] as const;
    const y = scaledDotProductAttention(...operands, { mask });
    expect((await read(y)).slice(4)).toEqual([0, 0, 0, 0]);
    const [dq, dk, dv] = grad(run, { wrt: [0, 1, 2] })(...operands);
    for (const slope of [dq, dk]) expect(await read(slope)).toEqual(new Array(8).fill(0));
    expect(await read(dv)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test("what is masked may be NaN or infinite in the keys", async () => {
    const key = tensor(
      [
        [1, 2],
        [Number.NaN, Number.POSITIVE_INFINITY],
      ],
      { backend: backend() },
    );
    const weights = attentionWeights(ones([1, 2], { backend: backend() }), key, { mask: bool([1, 0], [2]) });
    expect(await read(weights)).toEqual([1, 0]);
  });

  test("a mask that repeats along many dimensions gives what its copies give", async () => {
    const x = draw([2, 2, 2, 2, 2, 2, 3], 0);
    const bits = Array.from({ length: 24 }, (_, index) => Number(index % 5 !== 1));
    const mask = bool(bits, [2, 1, 2, 1, 2, 1, 3]);
    const copies = where(mask, 1, 0);
    const wanted = softmax(where(mask, mul(x, 0.5), -1e9));
    const found = await read(maskedSoftmax(x, { mask, scale: 0.5 }));
    for (const [index, value] of (await read(mul(wanted, copies))).entries())
      expect(found[index]).toBeCloseTo(value, 6);
  });

  test("dropout keeps the expected weights, by its seed alone", async () => {
    const [q, k] = [draw([64, 8], 0), draw([64, 8], 1)];
    const options = { dropout: 0.25, seed: 5 };
    const dropped = await read(attentionWeights(q, k, options));
    expect(await read(attentionWeights(q, k, options))).toEqual(dropped);
    const whole = await read(attentionWeights(q, k));
    const kept = dropped.filter((value) => value !== 0);
    expect(kept.length / dropped.length).toBeCloseTo(0.75, 1);
    dropped.forEach((value, index) => {
      if (value !== 0) expect(value).toBeCloseTo(whole[index]! / 0.75, 5);
    });
    expect(await read(attentionWeights(q, k, { dropout: 1 }))).toEqual(new Array(64 * 64).fill(0));
  });

  test("three launches forward, and no memory is left", () => {
    const recorder = new RecordingBackend(backend());
    const [q, k, v] = [0, 1, 2].map((stream) =>
      normal([2, 3, 4, 8], { seed: 1, stream, backend: recorder }),
    ) as [Tensor, Tensor, Tensor];
    const mask = full([2, 1, 1, 4], true, { dtype: "bool", backend: recorder });
    const run = () => valueAndGrad((x: Tensor) => sum(scaledDotProductAttention(x, k, v, { mask })))(q);
    scope(() => void run());
    recorder.reset();
    scope(() => void scaledDotProductAttention(q, k, v, { mask, causal: true }));
    expect(recorder.launches.length).toBe(3);
    const { live } = backend().memory();
    scope(() => void run());
    expectNoLeak(backend(), live);
  });
});

describe("attention", () => {
  test("has the derivatives of queries, keys, values and masks that differences have, of both orders", async () => {
    const draw = (shape: readonly number[], stream: number): Tensor =>
      normal(shape, { seed: 4, stream, backend: referenceBackend });
    const shapes = [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 2],
      [3, 5],
    ];
    const operands = withExecutor(referenceExecutor, () => shapes.map(draw));
    const attend = (...[q, k, v, mask]: readonly Tensor[]): Tensor =>
      scaledDotProductAttention(q!, k!, v!, { mask, causal: true });
    await withExecutor(referenceExecutor, () => checkGradients(attend, operands, { order: 2 }));
  });

  const blank = (shape: readonly number[]): Tensor => zeros(shape, { backend: referenceBackend });
  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    [
      "sizes",
      () => attentionWeights(blank([2, 3]), blank([2, 4])),
      ShapeError,
      "attentionWeights: found query [2, 3], key [2, 4], expected [..., queries, size] and [..., keys, size]",
    ],
    [
      "numbers of keys",
      () => scaledDotProductAttention(blank([2, 3]), blank([4, 3]), blank([5, 3])),
      ShapeError,
      "scaledDotProductAttention: found key [4, 3], value [5, 3]",
    ],
    [
      "a mask",
      () => attentionWeights(blank([2, 3]), blank([4, 3]), { mask: blank([3, 4]) }),
      ShapeError,
      "maskedSoftmax",
    ],
    [
      "a mask of integers",
      () => maskedSoftmax(blank([2, 3]), { mask: zeros([3], { dtype: "i32", backend: referenceBackend }) }),
      DTypeError,
      "maskedSoftmax: mask: found i32, expected bool or f32 or f16",
    ],
    [
      "a mask that is larger",
      () => maskedSoftmax(blank([3]), { mask: blank([2, 3]) }),
      ShapeError,
      "maskedSoftmax: mask: found [2, 3], expected one that broadcasts to [3]",
    ],
    [
      "a row alone",
      () => maskedSoftmax(blank([3]), { causal: true }),
      ShapeError,
      "maskedSoftmax: x: found [3], expected [..., queries, keys]",
    ],
    [
      "a probability",
      () => attentionWeights(blank([2, 3]), blank([4, 3]), { dropout: 2 }),
      ArgumentError,
      "attentionWeights: dropout: found 2",
    ],
    [
      "a wrong word",
      () => attentionWeights(blank([2, 3]), blank([4, 3]), { isCausal: true } as never),
      ArgumentError,
      'attentionWeights: found the option "isCausal"',
    ],
  ])("refuses %s that do not fit", (_, run, kind, message) => {
    expect(() => withExecutor(referenceExecutor, run)).toThrow(kind);
    expect(() => withExecutor(referenceExecutor, run)).toThrow(message);
  });
});
