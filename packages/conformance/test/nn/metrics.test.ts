import type { PassMetric } from "@evenkeel/nn";
import {
  accuracy,
  bleu,
  chrF,
  computeBleu,
  computeChrF,
  confusionMatrix,
  crossEntropy,
  evaluate,
  f1,
  fit,
  Linear,
  MemoryCheckpointStore,
  Module,
  mae,
  mse,
  perplexity,
  precision,
  r2,
  rmse,
  rocAuc,
  SGD,
  topKAccuracy,
} from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  DTypeError,
  oneHot,
  ShapeError,
  setDefaultBackend,
  tensor,
  transpose,
  zeros,
} from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";

/** Its outputs are its inputs. */
class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

const i32 = (values: readonly (readonly number[])[] | readonly number[]): Tensor =>
  tensor(values as number[], { dtype: "i32" });

/** Padding is 0, and 1 ends a text. */
const predicted = [
  [5, 6, 7, 8, 1, 9],
  [3, 4, 5, 6, 7, 1],
  [2, 2, 3, 1, 0, 0],
  [8, 7, 6, 5, 4, 1],
];
const references = [
  [5, 6, 7, 8, 9, 1, 0],
  [3, 4, 5, 6, 2, 7, 1],
  [2, 3, 3, 1, 0, 0, 0],
  [8, 7, 6, 5, 4, 1, 0],
];
const texts = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((row) => row.slice(0, row.indexOf(1)).filter((token) => token > 0));
const decode = (tokens: readonly number[]): string => tokens.map((token) => "-abcdefghi"[token]).join("");

/** The value of a metric over batches of two texts, or of all. */
async function measureTexts(
  metric: PassMetric<Tensor, Tensor>,
  load: (rows: number[][]) => Tensor,
): Promise<number[]> {
  const cut = (size: number) => () =>
    Array.from({ length: 4 / size }, (_, batch) => ({
      inputs: load(predicted.slice(size * batch, size * (batch + 1))),
      labels: i32(references.slice(size * batch, size * (batch + 1))),
    }));
  const found = [];
  for (const size of [4, 2, 1]) {
    const loss = (): Tensor => zeros([]);
    const { metrics } = await evaluate(new Identity(), { data: cut(size), loss, metrics: { metric } });
    found.push(metrics.metric);
  }
  return found;
}

onEachBackend((backend: () => Backend, name) => {
  beforeEach(() => setDefaultBackend(backend()));
  afterEach(() => setDefaultBackend(undefined));

  test("classes are on axis 1, as for losses, or on the last axis where only that fits", async () => {
    const labels = i32([
      [0, 1],
      [1, 1],
    ]);
    const perfect = oneHot(labels, 2); // [n, length, classes], which fits as [n, classes, length] too
    const first = transpose(perfect, [0, 2, 1]);
    expect(await accuracy(first, labels).item()).toBe(1);
    expect(await accuracy(perfect, labels, { axis: -1 }).item()).toBe(1);
    const wide = oneHot(labels, 3);
    expect(await accuracy(wide, labels).item()).toBe(1);
    expect(await accuracy(transpose(wide, [0, 2, 1]), labels).item()).toBe(1);
  });

  describe("scores of texts", () => {
    const loads = [
      ["tokens", (rows: number[][]) => i32(rows)],
      ["logits", (rows: number[][]) => oneHot(i32(rows), 10)],
    ] as const;
    test.each(loads)("of %s are those of all texts together", async (_, load) => {
      const all = texts(references).map((reference) => [reference]);
      const expected = computeBleu(texts(predicted), all);
      expect(expected).toBeGreaterThan(0.3);
      for (const value of await measureTexts(bleu({ end: 1, ignored: [0] }), load)) {
        expect(value).toBeCloseTo(expected, 6);
      }
      const decoded = all.map((group) => group.map(decode));
      const character = computeChrF(texts(predicted).map(decode), decoded);
      for (const value of await measureTexts(chrF({ end: 1, ignored: [0], decode }), load)) {
        expect(value).toBeCloseTo(character, 6);
      }
    });

    test("may have several references of each text, and empty ones as padding", async () => {
      const second = [
        [5, 6, 7, 8, 1, 0, 0],
        [3, 4, 5, 1, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 0],
        [8, 7, 6, 5, 4, 3, 1],
      ];
      const groups = texts(references).map((first, text) =>
        [first, texts(second)[text]!].filter(({ length }) => length > 0),
      );
      const labels = tensor(
        references.map((first, text) => [first, second[text]!]),
        { dtype: "i32" },
      );
      const read = async ({ counts, of }: PassMetric<Tensor, Tensor>): Promise<number> =>
        of([...(await counts(i32(predicted), labels).data())]);
      const tokens = { end: 1, ignored: [0] };
      expect(await read(bleu(tokens))).toBeCloseTo(computeBleu(texts(predicted), groups), 6);
      const decoded = groups.map((group) => group.map(decode));
      const character = computeChrF(texts(predicted).map(decode), decoded);
      expect(await read(chrF({ ...tokens, decode }))).toBeCloseTo(character, 6);
    });

    test("that do not fit are rejected by name", () => {
      const { counts } = bleu();
      expect(() => counts(i32([[1]]), i32([1]))).toThrow(ShapeError);
      expect(() => counts(i32([[1]]), tensor([[1]]))).toThrow("bleu: found f32 [1, 1], expected i32 tokens");
      expect(() => chrF({} as never)).toThrow("chrF: decode: found undefined");
    });
  });

  test("the counts of a pass are exact, and on the device until they are read", async () => {
    const labels = new Int32Array(3000).fill(1);
    const counts = f1().counts(tensor(new Float32Array(6000), { shape: [3000, 2] }), tensor(labels));
    expect([...(await counts.data())]).toEqual([0, 0, 3000, 0, 0, 3000]);
  });

  test("a class that neither occurs nor is predicted has no part in a mean", () => {
    const totals = [3, 0, 1, 4, 0, 2, 3, 0, 3];
    expect(precision().of(totals)).toBeCloseTo((3 / 4 + 1 / 2) / 2, 12);
    expect(precision().details!(totals)).toEqual([3 / 4, Number.NaN, 1 / 2]);
    expect(precision({ average: "micro" }).of(totals)).toBeCloseTo(4 / 6, 12);
    expect(f1().of([0, 0, 0, 0, 0, 0])).toBeNaN();
    expect(precision().details!([0, 0, 0, 2, 2, 0])).toEqual([0, 0]);
  });

  test("an area without positives is NaN, and R2 of equal targets is 1 or 0", async () => {
    const read = async (metric: PassMetric<Tensor, Tensor>, x: Tensor, y: Tensor): Promise<number> =>
      metric.of([...(await metric.counts(x, y).data())]);
    expect(await read(rocAuc(), tensor([1, 2]), i32([0, 0]))).toBeNaN();
    expect(await read(rocAuc(), tensor([1, 2, 5]), i32([0, 1, -100]))).toBe(1);
    expect(await read(rocAuc(), tensor([3, 3]), tensor([0, 1]))).toBe(0.5);
    expect(await read(r2(), tensor([2, 2]), tensor([2, 2]))).toBe(1);
    expect(await read(r2(), tensor([2, 3]), tensor([2, 2]))).toBe(0);
  });

  test("what does not fit is rejected by name", () => {
    const logits = tensor([
      [1, 2, 3],
      [3, 2, 1],
    ]);
    const two = i32([0, 1]);
    expect(() => precision().counts(logits, i32([0]))).toThrow(
      "precision: found logits [2, 3] and labels [1]",
    );
    expect(() => confusionMatrix().counts(two, two)).toThrow("confusionMatrix: classes: found undefined");
    expect(() => f1({ classes: 2 }).counts(two, i32([0]))).toThrow("f1: found classes [2] and labels [1]");
    expect(() => f1({ multilabel: true }).counts(logits, two)).toThrow(
      "f1: found outputs [2, 3] and labels [2], expected one shape",
    );
    expect(() => topKAccuracy(logits, two, { k: 4 })).toThrow("topKAccuracy: k: found 4, expected at most 3");
    expect(() => accuracy(logits, two, { axis: 0 })).toThrow("labels without axis 0");
    expect(() => rocAuc().counts(two, two)).toThrow(DTypeError);
    expect(() => rmse().counts(tensor([1]), tensor([1, 2]))).toThrow(ShapeError);
    expect(() => r2().counts(tensor(1), tensor(1))).toThrow("r2: found prediction []");
    expect(() => f1({ average: "mean" as never })).toThrow('f1: average: found "mean"');
    expect(() => perplexity({ ignore: 0 } as never)).toThrow('perplexity: found the option "ignore"');
  });

  test.each([
    ["f1", f1()],
    ["confusionMatrix", confusionMatrix()],
    ["rocAuc", rocAuc()],
    ["crossEntropy", perplexity()],
    ["topKAccuracy", (y: Tensor, t: Tensor) => topKAccuracy(y, t, { k: 2 })],
  ])("labels of host arrays that are no class are refused by %s", async (name, metric) => {
    const inputs = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
    const pass = evaluate(new Identity(), {
      data: () => [{ inputs, labels: Int32Array.of(0, 3) }],
      loss: () => zeros([]),
      metrics: { metric },
    });
    await expect(pass).rejects.toThrow(
      `evaluate: batch 0: ${name}: labels: found 3 at position 1, expected an integer in [0, 3)`,
    );
  });

  test("a run that is resumed in the middle of an epoch has the values of a whole one", async () => {
    const store = new MemoryCheckpointStore();
    const data = (failing: boolean) =>
      function* () {
        for (let batch = 0; batch < 6; batch++) {
          if (failing && batch === 4) throw new Error("the power fails");
          const inputs = Float32Array.from({ length: 8 }, (_, index) => Math.sin(7 * batch + 3 * index));
          const labels = Int32Array.from({ length: 4 }, (_, index) => (batch + index) % 2);
          yield { inputs: { data: inputs, shape: [4, 2] }, labels };
        }
      };
    const train = (
      failing: boolean,
      resumed: boolean,
      checkpoint?: { store: MemoryCheckpointStore; everySteps: number },
    ) => {
      const model = new Linear(2, 2, { seed: 1 });
      const optimizer = new SGD(model, { learningRate: 0.1 });
      const metrics = { auc: rocAuc(), f1: f1(), confusion: confusionMatrix() };
      return fit(model, {
        data: data(failing),
        loss: crossEntropy,
        optimizer,
        epochs: 1,
        metrics,
        resumed,
        ...(checkpoint && { checkpoint }),
      });
    };
    const whole = await train(false, false);
    await expect(train(true, false, { store, everySteps: 2 })).rejects.toThrow("the power fails");
    const resumed = await train(false, true, { store, everySteps: 2 });
    const plain = ({ metrics, details, loss }: (typeof whole.epochs)[number]) => ({ metrics, details, loss });
    expect(resumed.epochs.map(plain)).toEqual(whole.epochs.map(plain));
    expect(whole.epochs[0]!.details!.confusion!.flat()).toHaveLength(4);
  });

  test("metrics of passes stand in the records of fit, with their details in those of epochs", async () => {
    const model = new Linear(2, 1, { seed: 1 });
    const data = () =>
      [0, 8, 16].map((begin) => ({
        inputs: {
          data: Float32Array.from({ length: 16 }, (_, index) => Math.sin(begin + 3 * index)),
          shape: [8, 2],
        },
        labels: {
          data: Float32Array.from({ length: 8 }, (_, index) => Math.cos(begin + 3 * index)),
          shape: [8, 1],
        },
      }));
    const { epochs, batches } = await fit(model, {
      data,
      validation: data,
      loss: mse,
      metrics: { mae, rmse: rmse(), r2: r2() },
      optimizer: new SGD(model, { learningRate: 0 }),
      epochs: 2,
    });
    for (const { loss, metrics, details, validation } of epochs) {
      expect(metrics.rmse).toBeCloseTo(Math.sqrt(loss), 6);
      expect(details!.r2).toEqual([metrics.r2]);
      expect(validation!.metrics.r2).toBeCloseTo(metrics.r2, 6);
      expect(validation!.details!.r2).toHaveLength(1);
      expect(details).not.toHaveProperty("mae");
    }
    expect(batches[0]!.details).toBeUndefined();
    expect(batches[0]!.metrics.r2).not.toBeNaN();
  });

  // The CPU has no f16.
  test.skipIf(name === "cpu")("halves count as the same numbers in f32", async () => {
    const half = tensor(
      [
        [1.5, 2],
        [3, 0.5],
        [1, 1.25],
      ],
      { dtype: "f16" },
    );
    const labels = i32([1, 0, 0]);
    expect(await accuracy(half, labels).item()).toBeCloseTo(2 / 3, 6);
    expect(await topKAccuracy(half, labels, { k: 1 }).item()).toBeCloseTo(2 / 3, 6);
    const { counts, of } = rocAuc();
    expect(of([...(await counts(half, labels).data())])).toBe(1);
    expect(
      rmse().of([
        ...(await rmse()
          .counts(half, zeros([3, 2]))
          .data()),
      ]),
    ).toBeCloseTo(Math.sqrt(18.0625 / 6), 6);
  });
});
