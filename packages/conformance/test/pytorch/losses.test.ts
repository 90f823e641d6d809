import {
  bceWithLogits,
  cosineEmbedding,
  cosineSimilarity,
  crossEntropy,
  dice,
  focal,
  huber,
  klDivergence,
  mse,
  nll,
  sigmoidFocal,
  smoothL1,
  tripletMargin,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { logSoftmax, sigmoid, softmax, tensor } from "@evenkeel/tensor";
import { beforeAll, describe, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import {
  type Comparison,
  checkComparison,
  type readAnswers as Read,
  readAnswers,
} from "./against-pytorch.ts";
import { type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

type Ours = (inputs: readonly Tensor[]) => Tensor;

const labels: PlainTensor = { shape: [4], data: [0, 2, -100, 1], dtype: "i32" };
const pixelLabels: PlainTensor = {
  shape: [2, 2, 3],
  data: [0, 1, 2, -100, 1, 0, 2, 2, 1, 0, 0, -100],
  dtype: "i32",
};
const matrix = [4, 3];
const image = [2, 3, 2, 3];
const weights = [0.5, 2, 1.25];
const pythonWeights = `torch.tensor([${weights}], dtype=torch.float64)`;
const weight = (like: Tensor): Tensor => tensor(weights, { backend: like.backend });
/** PyTorch's mean over the pixels that a mask counts. */
const maskedMean = (losses: string, mask: string): string => `(${losses} * ${mask}).sum() / ${mask}.sum()`;
const pixelMask = [1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1];

/** The comparison of a loss, in one reduction or in all of them: `{r}` in the expression stands for it. */
function compare(
  name: string,
  pytorch: string,
  inputs: Comparison["inputs"],
  noneShape: readonly number[],
  ours: (reduction: "mean" | "sum" | "none") => Ours,
): Comparison[] {
  return (["mean", "sum", "none"] as const).map((reduction) => ({
    name: `${name}, ${reduction}`,
    pytorch: pytorch
      .replaceAll("{r}", `reduction='${reduction}'`)
      .replaceAll("{f}", reduction === "none" ? "" : `.${reduction}()`),
    ours: ours(reduction),
    inputs,
    outputShape: reduction === "none" ? noneShape : [],
  }));
}

const one = (name: string, pytorch: string, inputs: Comparison["inputs"], ours: Ours): Comparison => ({
  name,
  pytorch,
  ours,
  inputs,
  outputShape: [],
});

const classLosses: readonly Comparison[] = [
  ...compare(
    "cross-entropy of pixels",
    "F.cross_entropy(x[0], x[1], {r})",
    [image, pixelLabels],
    [2, 2, 3],
    (reduction) =>
      ([x, y]) =>
        crossEntropy(x!, y!, { reduction }),
  ),
  ...compare(
    "cross-entropy with weights of classes",
    `F.cross_entropy(x[0], x[1], weight=${pythonWeights}, {r})`,
    [matrix, labels],
    [4],
    (reduction) =>
      ([x, y]) =>
        crossEntropy(x!, y!, { weight: weight(x!), reduction }),
  ),
  ...compare(
    "cross-entropy of pixels with weights and smoothing",
    `F.cross_entropy(x[0], x[1], weight=${pythonWeights}, label_smoothing=0.2, ignore_index=1, {r})`,
    [image, { ...pixelLabels, data: pixelLabels.data.map((label) => Math.max(0, label)) }],
    [2, 2, 3],
    (reduction) =>
      ([x, y]) =>
        crossEntropy(x!, y!, { weight: weight(x!), labelSmoothing: 0.2, ignoreIndex: 1, reduction }),
  ),
  ...compare(
    "cross-entropy with probabilities, weights and smoothing",
    `F.cross_entropy(x[0], torch.softmax(x[1], 1), weight=${pythonWeights}, label_smoothing=0.1, {r})`,
    [image, image],
    [2, 2, 3],
    (reduction) =>
      ([x, y]) =>
        crossEntropy(x!, softmax(y!, { axis: 1 }), { weight: weight(x!), labelSmoothing: 0.1, reduction }),
  ),
  one(
    "cross-entropy of one sample",
    "F.cross_entropy(x[0], x[1])",
    [[5], { shape: [], data: [3], dtype: "i32" }],
    ([x, y]) => crossEntropy(x!, y!),
  ),
  one(
    "cross-entropy with the classes last",
    "F.cross_entropy(x[0].permute(0, 3, 1, 2), x[1])",
    [[2, 2, 3, 3], pixelLabels],
    ([x, y]) => crossEntropy(x!, y!, { axis: -1 }),
  ),
  one(
    "cross-entropy with weights and a mask",
    `(lambda m, w: (F.cross_entropy(x[0], x[1], weight=w, reduction='none') * m).sum() / (m * w[x[1].clamp(min=0)] * (x[1] >= 0)).sum())(torch.tensor([${pixelMask}]).reshape(2, 2, 3), ${pythonWeights})`,
    [image, pixelLabels],
    ([x, y]) =>
      crossEntropy(x!, y!, {
        weight: weight(x!),
        mask: tensor(pixelMask, { shape: [2, 2, 3], dtype: "bool", backend: x!.backend }),
      }),
  ),
  ...compare(
    "negative log-likelihood of pixels with weights",
    `F.nll_loss(F.log_softmax(x[0], 1), x[1], weight=${pythonWeights}, {r})`,
    [image, pixelLabels],
    [2, 2, 3],
    (reduction) =>
      ([x, y]) =>
        nll(logSoftmax(x!, { axis: 1 }), y!, { weight: weight(x!), reduction }),
  ),
  ...compare(
    "focal loss of pixels",
    "(lambda ce: (1 - torch.exp(-ce)) ** 1.5 * ce)(F.cross_entropy(x[0], x[1], reduction='none')){f}",
    [image, { ...pixelLabels, data: pixelLabels.data.map((label) => Math.max(0, label)) }],
    [2, 2, 3],
    (reduction) =>
      ([x, y]) =>
        focal(x!, y!, { gamma: 1.5, reduction }),
  ),
  one(
    "focal loss with weights and an ignored label",
    `(lambda ce: (${pythonWeights}[x[1].clamp(min=0)] * (1 - torch.exp(-ce)) ** 2 * ce).sum() / 3)(F.cross_entropy(x[0], x[1], reduction='none'))`,
    [matrix, labels],
    ([x, y]) => focal(x!, y!, { weight: weight(x!) }),
  ),
  ...compare(
    "Dice loss of labels",
    "(lambda p, t: 1 - (2 * (p * t).sum((2, 3)) + 1) / (p.sum((2, 3)) + t.sum((2, 3)) + 1))((torch.softmax(x[0], 1) * (x[1] >= 0).unsqueeze(1)), F.one_hot(x[1].clamp(min=0), 3).permute(0, 3, 1, 2) * (x[1] >= 0).unsqueeze(1)){f}",
    [image, pixelLabels],
    [2, 3],
    (reduction) =>
      ([x, y]) =>
        dice(softmax(x!, { axis: 1 }), y!, { smooth: 1, reduction }),
  ),
  ...compare(
    "Dice loss of probabilities, squared",
    "(lambda p, t: 1 - (2 * (p * t).sum((2, 3)) + 1e-5) / ((p * p).sum((2, 3)) + (t * t).sum((2, 3)) + 1e-5))(torch.sigmoid(x[0]), torch.sigmoid(x[1])){f}",
    [image, image],
    [2, 3],
    (reduction) =>
      ([x, y]) =>
        dice(sigmoid(x!), sigmoid(y!), { squared: true, reduction }),
  ),
];

const binary: PlainTensor = { shape: [4, 3], data: [1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0], dtype: "i32" };
const signs: PlainTensor = { shape: [4], data: [1, -1, -1, 1], dtype: "i32" };
const binaryFloats = (like: Tensor): Tensor =>
  tensor(Float32Array.from(binary.data), { shape: [4, 3], backend: like.backend });

const otherLosses: readonly Comparison[] = [
  ...compare(
    "Huber loss",
    "F.huber_loss(x[0], x[1], delta=0.7, {r})",
    [matrix, matrix],
    matrix,
    (reduction) =>
      ([x, y]) =>
        huber(x!, y!, { delta: 0.7, reduction }),
  ),
  ...compare(
    "smooth L1 loss",
    "F.smooth_l1_loss(x[0], x[1], beta=0.7, {r})",
    [matrix, matrix],
    matrix,
    (reduction) =>
      ([x, y]) =>
        smoothL1(x!, y!, { beta: 0.7, reduction }),
  ),
  ...compare(
    "Kullback-Leibler divergence",
    "F.kl_div(F.log_softmax(x[0], 1), torch.softmax(x[1], 1), {r})",
    [matrix, matrix],
    matrix,
    (reduction) =>
      ([x, y]) =>
        klDivergence(logSoftmax(x!), softmax(y!), { reduction }),
  ),
  one(
    "Kullback-Leibler divergence of logarithms, mean of the batch",
    "F.kl_div(F.log_softmax(x[0], 1), F.log_softmax(x[1], 1), log_target=True, reduction='batchmean')",
    [matrix, matrix],
    ([x, y]) => klDivergence(logSoftmax(x!), logSoftmax(y!), { logTarget: true, reduction: "batchMean" }),
  ),
  ...compare(
    "sigmoid focal loss",
    "(lambda t, p: (0.25 * t + 0.75 * (1 - t)) * F.binary_cross_entropy_with_logits(x[0], t, reduction='none') * (1 - (p * t + (1 - p) * (1 - t))) ** 2)(x[1].double(), torch.sigmoid(x[0])){f}",
    [matrix, binary],
    matrix,
    (reduction) =>
      ([x]) =>
        sigmoidFocal(x!, binaryFloats(x!), { reduction }),
  ),
  one(
    "sigmoid focal loss without alpha",
    "(lambda t, p: F.binary_cross_entropy_with_logits(x[0], t, reduction='none') * (1 - (p * t + (1 - p) * (1 - t))) ** 0.5)(x[1].double(), torch.sigmoid(x[0])).mean()",
    [matrix, binary],
    ([x]) => sigmoidFocal(x!, binaryFloats(x!), { alpha: null, gamma: 0.5 }),
  ),
  {
    name: "cosine similarity",
    pytorch: "F.cosine_similarity(x[0], x[1], dim=1)",
    inputs: [
      [3, 5, 2],
      [3, 5, 2],
    ],
    outputShape: [3, 2],
    ours: ([x, y]) => cosineSimilarity(x!, y!),
  },
  ...compare(
    "cosine embedding loss",
    "F.cosine_embedding_loss(x[0], x[1], x[2], margin=-0.9, {r})",
    [matrix, matrix, signs],
    [4],
    (reduction) =>
      ([x, y, z]) =>
        cosineEmbedding(x!, y!, z!, { margin: -0.9, reduction }),
  ),
  ...([1, 2, 3] as const).flatMap((p) =>
    compare(
      `triplet margin loss of norm ${p}`,
      `F.triplet_margin_loss(x[0], x[1], x[2], margin=2, p=${p}, {r})`,
      [matrix, matrix, matrix],
      [4],
      (reduction) =>
        ([a, b, c]) =>
          tripletMargin(a!, b!, c!, { margin: 2, p, reduction }),
    ),
  ),
  one(
    "triplet margin loss with a swap",
    "F.triplet_margin_loss(x[0], x[1], x[2], margin=3, swap=True)",
    [matrix, matrix, matrix],
    ([a, b, c]) => tripletMargin(a!, b!, c!, { margin: 3, swap: true }),
  ),
  one(
    "squared error with a mask of rows",
    maskedMean("(x[0] - x[1]) ** 2", "torch.tensor([[1.0], [0.0], [1.0], [0.5]]).expand(4, 3)"),
    [matrix, matrix],
    ([x, y]) => mse(x!, y!, { mask: tensor([[1], [0], [1], [0.5]], { backend: x!.backend }) }),
  ),
  one(
    "binary cross-entropy with a mask, summed",
    `(F.binary_cross_entropy_with_logits(x[0], torch.sigmoid(x[1]), reduction='none') * torch.tensor([${pixelMask}]).reshape(4, 3)).sum()`,
    [matrix, matrix],
    ([x, y]) =>
      bceWithLogits(x!, sigmoid(y!), {
        reduction: "sum",
        mask: tensor(Uint8Array.from(pixelMask), { shape: [4, 3], backend: x!.backend }),
      }),
  ),
];

const comparisons = [...classLosses, ...otherLosses];

onEachBackend((backend) => {
  describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: losses and their gradients`, () => {
    let answers: ReturnType<typeof Read>;
    beforeAll(() => {
      answers = readAnswers(comparisons);
    });

    for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend()));
  });
});
