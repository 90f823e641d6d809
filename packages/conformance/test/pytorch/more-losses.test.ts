import {
  bce,
  gaussianNll,
  hingeEmbedding,
  marginRanking,
  multiLabelSoftMargin,
  multiMargin,
  poissonNll,
  softMargin,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { abs, add, exp, sigmoid, tensor } from "@evenkeel/tensor";
import { beforeAll, describe, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const matrix = [4, 3];
const signs = [1, -1, -1, 1, 1, -1, 1, -1, 1, 1, -1, -1];
const pythonSigns = `torch.tensor([${signs}]).reshape(4, 3)`;
const labels = (like: Tensor): Tensor =>
  tensor(Float32Array.from(signs), { shape: matrix, backend: like.backend });

const counts = [0, 1, 5, 2, 0, 3, 8, 1, 1, 2, 4, 0];
const pythonCounts = `torch.tensor([${counts}]).reshape(4, 3).double()`;
const drawn = (like: Tensor): Tensor =>
  tensor(Float32Array.from(counts), { shape: matrix, backend: like.backend });

const classes = ({ backend }: Tensor): Tensor => tensor(Int32Array.of(2, 0, 1, 1), { backend });
const weights = ({ backend }: Tensor): Tensor => tensor([0.5, 2, 1.25], { backend });

type Reduction = "mean" | "sum" | "none";

/** The comparison of a loss in all reductions: `{r}` in the expression stands for each. */
function compare(
  name: string,
  pytorch: string,
  inputs: Comparison["inputs"],
  ours: (reduction: Reduction) => Comparison["ours"],
  losses: readonly number[] = matrix,
): Comparison[] {
  return (["mean", "sum", "none"] as const).map((reduction) => ({
    name: `${name}, ${reduction}`,
    pytorch: pytorch.replace("{r}", `reduction='${reduction}'`),
    ours: ours(reduction),
    inputs,
    outputShape: reduction === "none" ? losses : [],
  }));
}

const comparisons: readonly Comparison[] = [
  ...compare(
    "Poisson loss",
    `F.poisson_nll_loss(x[0], ${pythonCounts}, {r})`,
    [matrix],
    (reduction) =>
      ([x]) =>
        poissonNll(x!, drawn(x!), { reduction }),
  ),
  ...compare(
    "Poisson loss of expectations, with factorials",
    `F.poisson_nll_loss(x[0].exp(), ${pythonCounts}, log_input=False, full=True, {r})`,
    [matrix],
    (reduction) =>
      ([x]) =>
        poissonNll(exp(x!), drawn(x!), { logInput: false, full: true, reduction }),
  ),
  ...compare(
    "Gaussian loss",
    "F.gaussian_nll_loss(x[0], x[1], x[2].abs() + 0.1, full=True, {r})",
    [matrix, matrix, matrix],
    (reduction) =>
      ([x, y, v]) =>
        gaussianNll(x!, y!, add(abs(v!), 0.1), { full: true, reduction }),
  ),
  ...compare(
    "Gaussian loss with one variance of each sample",
    "F.gaussian_nll_loss(x[0], x[1], x[2].abs() + 0.1, {r})",
    [matrix, matrix, [4, 1]],
    (reduction) =>
      ([x, y, v]) =>
        gaussianNll(x!, y!, add(abs(v!), 0.1), { reduction }),
  ),
  ...compare(
    "margin ranking loss",
    `F.margin_ranking_loss(x[0], x[1], ${pythonSigns}, margin=0.3, {r})`,
    [matrix, matrix],
    (reduction) =>
      ([x, y]) =>
        marginRanking(x!, y!, labels(x!), { margin: 0.3, reduction }),
  ),
  ...compare(
    "hinge embedding loss",
    `F.hinge_embedding_loss(x[0], ${pythonSigns}, margin=0.7, {r})`,
    [matrix],
    (reduction) =>
      ([x]) =>
        hingeEmbedding(x!, labels(x!), { margin: 0.7, reduction }),
  ),
  ...compare(
    "soft margin loss",
    `F.soft_margin_loss(x[0], ${pythonSigns}, {r})`,
    [matrix],
    (reduction) =>
      ([x]) =>
        softMargin(x!, labels(x!), { reduction }),
  ),
  ...compare(
    "cross-entropy of probabilities",
    `F.binary_cross_entropy(x[0].sigmoid(), x[1].sigmoid(), {r})`,
    [matrix, matrix],
    (reduction) =>
      ([x, y]) =>
        bce(sigmoid(x!), sigmoid(y!), { reduction }),
  ),
  ...compare(
    "hinge loss of several classes",
    "F.multi_margin_loss(x[0], torch.tensor([2, 0, 1, 1]), margin=0.8, weight=torch.tensor([0.5, 2., 1.25]).double(), {r})",
    [matrix],
    (reduction) =>
      ([x]) =>
        multiMargin(x!, classes(x!), { margin: 0.8, weight: weights(x!), reduction }),
    [4],
  ),
  ...compare(
    "squared hinge loss of several classes",
    "F.multi_margin_loss(x[0], torch.tensor([2, 0, 1, 1]), p=2, {r})",
    [matrix],
    (reduction) =>
      ([x]) =>
        multiMargin(x!, classes(x!), { p: 2, reduction }),
    [4],
  ),
  ...compare(
    "loss of several labels",
    "F.multilabel_soft_margin_loss(x[0], x[1].sigmoid(), weight=torch.tensor([0.5, 2., 1.25]).double(), {r})",
    [matrix, matrix],
    (reduction) =>
      ([x, y]) =>
        multiLabelSoftMargin(x!, sigmoid(y!), { weight: weights(x!), reduction }),
    [4],
  ),
];

onEachBackend((backend) => {
  describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: likelihoods and margins, and their gradients`, () => {
    let answers: ReturnType<typeof readAnswers>;
    beforeAll(() => {
      answers = readAnswers(comparisons);
    });

    for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend()));
  });
});
