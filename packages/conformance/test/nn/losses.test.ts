import { grad } from "@evenkeel/autodiff";
import type { LossOptions } from "@evenkeel/nn";
import {
  accuracy,
  bce,
  bceWithLogits,
  cosineEmbedding,
  cosineSimilarity,
  crossEntropy,
  dice,
  evaluate,
  focal,
  huber,
  klDivergence,
  Linear,
  l1,
  mse,
  multiLabelSoftMargin,
  multiMargin,
  nll,
  smoothL1,
  tripletMargin,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, DTypeError, logSoftmax, ShapeError, tensor } from "@evenkeel/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const outputs = [
  [1.5, -0.5, 0.25],
  [0, -2, 3],
];
const targets = [
  [1, 0, 0.3],
  [0.5, 1, 0],
];
const labels = (...values: number[]): Tensor => tensor(Int32Array.from(values));

async function expectClose(found: Tensor, expected: number | readonly number[]): Promise<void> {
  const values = [...(await found.data())];
  const wanted = [expected].flat();
  expect(values).toHaveLength(wanted.length);
  values.forEach((value, index) => {
    expect(value).toBeCloseTo(wanted[index]!, 5);
  });
}

interface Case {
  readonly name: string;
  readonly loss: (x: Tensor, options: LossOptions) => Tensor;
  /** Computed by PyTorch, in float64, for the outputs above. */
  readonly losses: readonly number[];
  readonly mean: number;
  readonly gradient: readonly number[];
}

const cases: readonly Case[] = [
  {
    name: "crossEntropy",
    loss: (x, options) => crossEntropy(x, labels(0, 2), { ...options, labelSmoothing: 0.1 }),
    losses: [0.4602852, 0.3216519],
    mean: 0.3909685,
    gradient: [-0.1150097, 0.0309249, 0.0840847, 0.006895, -0.0134779, 0.0065829],
  },
  {
    name: "nll",
    loss: (x, options) => nll(logSoftmax(x), labels(0, 2), options),
    losses: [0.3519519, 0.0549852],
    mean: 0.2034685,
    gradient: [-0.148343, 0.0475916, 0.1007514, 0.0235617, 0.0031887, -0.0267504],
  },
  {
    name: "bceWithLogits",
    loss: (x, options) => bceWithLogits(x, tensor(targets), options),
    losses: [0.2014133, 0.474077, 0.7509394, Math.LN2, 2.126928, 3.0485874],
    mean: 1.2158487,
    gradient: [-0.0304043, 0.0629234, 0.0436961, 0, -0.1467995, 0.1587624],
  },
  {
    name: "bceWithLogits with weights of positives",
    loss: (x, options) =>
      bceWithLogits(x, tensor(targets), { ...options, positiveWeight: tensor([2, 1, 0.5]) }),
    losses: [0.4028266, 0.474077, 0.6645485, 1.0397208, 2.126928, 3.0485874],
    mean: 1.2927814,
    gradient: [-0.0608085, 0.0629234, 0.0546417, -0.0416667, -0.1467995, 0.1587624],
  },
  {
    name: "mse",
    loss: (x, options) => mse(x, tensor(targets), options),
    losses: [0.25, 0.25, 0.0025, 0.25, 9, 9],
    mean: 3.1254167,
    gradient: [0.1666667, -0.1666667, -0.0166667, -0.1666667, -1, 1],
  },
  {
    name: "l1",
    loss: (x, options) => l1(x, tensor(targets), options),
    losses: [0.5, 0.5, 0.05, 0.5, 3, 3],
    mean: 1.2583333,
    gradient: [0.1666667, -0.1666667, -0.1666667, -0.1666667, -0.1666667, 0.1666667],
  },
  {
    name: "smoothL1",
    loss: (x, options) => smoothL1(x, tensor(targets), { ...options, beta: 0.6 }),
    losses: [0.2083333, 0.2083333, 0.0020833, 0.2083333, 2.7, 2.7],
    mean: 1.0045139,
    gradient: [0.1388889, -0.1388889, -0.0138889, -0.1388889, -0.1666667, 0.1666667],
  },
];

describe.each(cases)("$name", ({ loss, losses, mean, gradient }) => {
  test("has PyTorch's values in every reduction", async () => {
    await expectClose(loss(tensor(outputs), { reduction: "none" }), losses);
    await expectClose(loss(tensor(outputs), {}), mean);
    await expectClose(
      loss(tensor(outputs), { reduction: "sum" }),
      losses.reduce((a, b) => a + b, 0),
    );
  });

  test("has PyTorch's gradient", async () => {
    await expectClose(grad((x: Tensor) => loss(x, {}))(tensor(outputs)), gradient);
  });
});

describe("edges", () => {
  test("the mean ignores ignored labels", async () => {
    await expectClose(crossEntropy(tensor(outputs), labels(0, -100)), 0.3519519);
    await expectClose(crossEntropy(tensor(outputs), labels(1, 0), { ignoreIndex: 1 }), 3.0549851);
  });

  test("large logits neither overflow nor lose their gradient", async () => {
    const logits = tensor([1000, -1000, 0]);
    const goals = tensor([0, 1, 0]);
    await expectClose(bceWithLogits(logits, goals, { reduction: "none" }), [1000, 1000, Math.LN2]);
    const slopes = grad((x: Tensor) => bceWithLogits(x, goals, { reduction: "sum" }))(logits);
    await expectClose(slopes, [1, -1, 0.5]);
  });

  test("smoothL1 with beta 0 is l1", async () => {
    await expectClose(smoothL1(tensor([2]), tensor([0]), { beta: 0 }), 2);
  });

  test("different shapes and unknown reductions are rejected", () => {
    expect(() => mse(tensor([1, 2]), tensor([1]))).toThrow(ShapeError);
    expect(() => mse(tensor([1, 2]), tensor([1]))).toThrow("mse: found prediction [2] and target [1]");
    expect(() => l1(tensor([1]), tensor([1]), { reduction: "average" as never })).toThrow(ArgumentError);
    expect(() => smoothL1(tensor([1]), tensor([1]), { beta: -1 })).toThrow(/beta: found -1/);
  });
});

test("a certain mistake has a finite loss in bce", async () => {
  const losses = bce(tensor([0, 1, 0.25]), tensor([1, 0, 1]), { reduction: "none" });
  await expectClose(losses, [100, 100, Math.log(4)]);
});

test.each<[string, () => Tensor, string]>([
  [
    "a power",
    () => multiMargin(tensor([[1, 2]]), labels(0), { p: 3 as never }),
    "multiMargin: p: found 3, expected 1 or 2",
  ],
  [
    "the rank of scores",
    () => multiMargin(tensor([[[1, 2]]]), labels(0)),
    "multiMargin: found scores [1, 1, 2], expected [n, classes] or [classes]",
  ],
  ["a label", () => multiMargin(tensor([[1, 2]]), tensor([0.5])), "multiMargin: labels: found f32 [1]"],
  [
    "the shape of targets",
    () => multiLabelSoftMargin(tensor([[1, 2]]), tensor([1, 0])),
    "multiLabelSoftMargin: found logits [1, 2] and targets [2], expected one shape",
  ],
])("%s that does not fit a loss with margins is an error", (_, call, message) => {
  expect(call).toThrow(message);
});

describe("masks and weights", () => {
  test("a loss that is masked does not count even where it is NaN, nor does its gradient", async () => {
    const x = tensor([1, Number.NaN, 3]);
    const loss = (x: Tensor) => mse(x, tensor([0, 0, 0]), { mask: tensor([true, false, true]) });
    await expectClose(loss(x), 5);
    expect((await grad(loss)(x).data())[1]).not.toBeGreaterThan(0);
  });

  test("a mask of zeros gives NaN as a mean and 0 as a sum", async () => {
    const mask = tensor([0]);
    expect(await l1(tensor([1, 2]), tensor([0, 0]), { mask }).item()).toBeNaN();
    await expectClose(l1(tensor([1, 2]), tensor([0, 0]), { mask, reduction: "sum" }), 0);
  });

  const wrong: readonly (readonly [name: string, message: string | RegExp, call: () => unknown])[] = [
    [
      "a mask that does not fit",
      "mse: mask: found [2, 2], expected one that broadcasts to [2]",
      () =>
        mse(tensor([1, 2]), tensor([1, 2]), {
          mask: tensor([
            [1, 1],
            [1, 1],
          ]),
        }),
    ],
    [
      "a weight too many",
      "crossEntropy: weight: found [2], expected [3], one weight for each class",
      () => crossEntropy(tensor(outputs), labels(0, 1), { weight: tensor([1, 2]) }),
    ],
    [
      "weights that are integers",
      "nll: weight: found i32 [3], expected f32 or f16",
      () => nll(tensor(outputs), labels(0, 1), { weight: labels(1, 2, 3) }),
    ],
    [
      "labels of another shape",
      "crossEntropy: found logits [2, 3] and labels [3], expected labels [2]: the classes are axis 1",
      () => crossEntropy(tensor(outputs), labels(0, 1, 2)),
    ],
    [
      "probabilities of another shape",
      "crossEntropy: found logits [2, 3] and probabilities [1, 3], expected one shape",
      () => crossEntropy(tensor(outputs), tensor([[0, 0, 1]])),
    ],
    ["one axis of Dice", "dice: found probabilities [2]", () => dice(tensor([1, 2]), tensor([1, 2]))],
    ["a delta of 0", "huber: delta: found 0", () => huber(tensor([1]), tensor([1]), { delta: 0 })],
    ["a gamma below 0", "focal: gamma: found -1", () => focal(tensor(outputs), labels(0, 1), { gamma: -1 })],
    [
      "an unknown reduction",
      'klDivergence: reduction: found "batchmean"',
      () => klDivergence(tensor([1]), tensor([1]), { reduction: "batchmean" as never }),
    ],
    [
      "vectors of two lengths",
      "tripletMargin: found anchor [2] and negative [1], expected one shape",
      () => tripletMargin(tensor([1, 2]), tensor([1, 2]), tensor([1])),
    ],
    [
      "labels of vectors that do not fit",
      "cosineEmbedding: found vectors [2, 3] and labels [3], expected [n, size] and [n]",
      () => cosineEmbedding(tensor(outputs), tensor(outputs), tensor([1, 1, 1])),
    ],
    ["numbers without an axis", "cosineSimilarity: found a []", () => cosineSimilarity(tensor(1), tensor(1))],
  ];
  test.each(wrong)("%s is rejected by name", (_name, message, call) => {
    expect(call).toThrow(message);
  });

  test("integers as vectors are rejected by name", () => {
    expect(() => cosineSimilarity(labels(1), labels(1))).toThrow(DTypeError);
  });

  test("the loss of a pass with weights or masks does not depend on how the data are divided", async () => {
    const weight = tensor([0.5, 2, 1]);
    const targets = Int32Array.of(0, 1, 2, -100, 1, 0, 2, 2);
    const inputs = Float32Array.from({ length: 16 }, (_, index) => Math.sin(3 * index));
    const model = new Linear(2, 3, { seed: 1 });
    const evaluateIn = async (size: number) => {
      const data = () =>
        Array.from({ length: 8 / size }, (_, batch) => ({
          inputs: { data: inputs.subarray(2 * size * batch, 2 * size * (batch + 1)), shape: [size, 2] },
          labels: targets.subarray(size * batch, size * (batch + 1)),
        }));
      const { loss, metrics } = await evaluate(model, {
        data,
        loss: (x, y: Tensor) => crossEntropy(x, y, { weight }),
        metrics: {
          focal: (x: Tensor, y: Tensor) => focal(x, y, { weight }),
          masked: (x: Tensor, y: Tensor) => nll(logSoftmax(x), y, { mask: y }),
        },
      });
      return [loss, metrics.focal, metrics.masked];
    };
    const whole = await evaluateIn(8);
    for (const size of [4, 2, 1]) {
      const parts = await evaluateIn(size);
      parts.forEach((value, index) => {
        expect(value).toBeCloseTo(whole[index]!, 5);
      });
    }
  });
});

describe("accuracy", () => {
  test("is the fraction of rows whose largest logit is at the label", async () => {
    await expectClose(accuracy(tensor(outputs), labels(0, 1)), 0.5);
  });

  test("requires one label for each row", () => {
    expect(() => accuracy(tensor(outputs), tensor([[0], [1]], { dtype: "i32" }))).toThrow(ShapeError);
  });
});

describe("a masked value that is not a number", () => {
  let mask: Tensor;
  beforeAll(() => {
    mask = tensor([
      [1, 0, 1],
      [0, 1, 1],
    ]);
  });
  const broken = [
    [1, Number.NaN, 0.3],
    [Number.POSITIVE_INFINITY, 1, 0],
  ];

  test.each<[string, (x: Tensor, t: Tensor, options: LossOptions) => Tensor]>([
    ["mse", mse],
    ["l1", l1],
    ["smoothL1", smoothL1],
    ["huber", huber],
    ["bceWithLogits", bceWithLogits],
  ])("has no gradient in %s", async (_, loss) => {
    const ofTarget = grad((x: Tensor) => loss(x, tensor(broken), { mask }))(tensor(outputs));
    const clean = broken.map((row) => row.map((value) => (Number.isFinite(value) ? value : 0)));
    const expected = grad((x: Tensor) => loss(x, tensor(clean), { mask }))(tensor(outputs));
    await expectClose(ofTarget, [...(await expected.data())] as number[]);
    const ofInput = grad((x: Tensor) => loss(x, tensor(targets), { mask }))(tensor(broken));
    expect([...(await ofInput.data())].every(Number.isFinite)).toBe(true);
  });

  test("has no gradient in the cross-entropy of labels", async () => {
    const logits = tensor([
      [1, 2, 3],
      [Number.NaN, 0, Number.POSITIVE_INFINITY],
    ]);
    const rows = tensor([1, 0]);
    const gradient = grad((x: Tensor) => crossEntropy(x, labels(0, 2), { mask: rows }))(logits);
    const expected = grad((x: Tensor) => crossEntropy(x, labels(0, -100)))(logits);
    expect([...(await gradient.data())]).toEqual([...(await expected.data())]);
    expect([...(await gradient.data())].slice(3)).toEqual([0, 0, 0]);
  });

  const vectors = [
    [1, 2, 3],
    [Number.NaN, 0, Number.POSITIVE_INFINITY],
  ];
  const others = [
    [0.2, 0.5, 0.3],
    [Number.NaN, Number.NaN, 1],
  ];
  const more = [
    [0.5, 2, 2],
    [1, Number.NEGATIVE_INFINITY, 1],
  ];

  test.each<[string, (x: Tensor, rows: number, options: LossOptions) => Tensor]>([
    ["focal", (x, rows, options) => focal(x, labels(...[0, 2].slice(0, rows)), options)],
    [
      "crossEntropy of labels with weights",
      (x, rows, options) =>
        crossEntropy(x, labels(...[0, 2].slice(0, rows)), {
          ...options,
          weight: tensor([1, 2, 3]),
          labelSmoothing: 0.1,
        }),
    ],
    [
      "crossEntropy of probabilities",
      (x, rows, options) =>
        crossEntropy(x, tensor(others.slice(0, rows)), { ...options, labelSmoothing: 0.1 }),
    ],
    [
      "cosineEmbedding",
      (x, rows, options) =>
        cosineEmbedding(x, tensor(others.slice(0, rows)), tensor([1, -1].slice(0, rows)), options),
    ],
    [
      "multiMargin",
      (x, rows, options) => multiMargin(x, labels(...[0, 2].slice(0, rows)), { ...options, p: 2 }),
    ],
    [
      "multiLabelSoftMargin",
      (x, rows, options) => multiLabelSoftMargin(x, tensor(others.slice(0, rows)), options),
    ],
    [
      "tripletMargin",
      (x, rows, options) =>
        tripletMargin(x, tensor(more.slice(0, rows)), tensor(others.slice(0, rows)), {
          ...options,
          epsilon: 0,
          margin: 6,
          swap: true,
        }),
    ],
  ])("has no gradient in %s, as if the row were not there", async (_, loss) => {
    const gradient = grad((x: Tensor) => loss(x, 2, { mask: tensor([1, 0]) }))(tensor(vectors));
    const alone = grad((x: Tensor) => loss(x, 1, {}))(tensor(vectors.slice(0, 1)));
    const expected = [...(await alone.data())] as number[];
    expect(expected.some((value) => value !== 0)).toBe(true);
    await expectClose(gradient, [...expected, 0, 0, 0]);
  });

  test("has no gradient in crossEntropy of probabilities with classes on axis 1 of three", async () => {
    const columns = tensor([vectors[0]!.map((value, i) => [value, vectors[1]![i]!])]);
    const probabilities = tensor([others[0]!.map((value) => [value, value])]);
    const mask = tensor([1, 0]);
    const gradient = grad((x: Tensor) => crossEntropy(x, probabilities, { mask }))(columns);
    const alone = grad((x: Tensor) => crossEntropy(x, tensor(others.slice(0, 1))))(
      tensor(vectors.slice(0, 1)),
    );
    const expected = [...(await alone.data())].flatMap((value) => [value as number, 0]);
    await expectClose(gradient, expected);
  });
});
