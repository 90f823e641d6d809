import type { Measure, MetricDetails, PassMetric } from "@evenkeel/nn";
import {
  accuracy,
  binaryAccuracy,
  confusionMatrix,
  evaluate,
  f1,
  Module,
  mae,
  meanIoU,
  perplexity,
  precision,
  r2,
  recall,
  rmse,
  rocAuc,
  topKAccuracy,
} from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { zeros } from "@evenkeel/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { place, plainValues } from "./against-pytorch.ts";
import { askPytorch, type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

type Metric = Measure<Tensor, Tensor> | PassMetric<Tensor, Tensor>;

interface MetricCase {
  readonly name: string;
  readonly metric: Metric;
  /** What PyTorch says of the outputs `x[0]` and the labels `x[1]`; where it is a tuple, the second part are the details. */
  readonly pytorch: string;
  readonly outputs: PlainTensor;
  readonly labels: PlainTensor;
}

const samples = 24;
const classes = 4;
const integers = (shape: readonly number[], at: (index: number) => number): PlainTensor => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => at(index)),
  dtype: "i32",
});

const logits = plainValues("logits", [samples, classes]);
/** Class 3 is never right, and some labels do not count. */
const labels = integers([samples], (index) => (index % 7 === 3 ? -100 : ((5 * index) % 11) % 3));
const scores: PlainTensor = {
  ...plainValues("scores", [samples]),
  data: plainValues("scores", [samples]).data.map((x) => Math.round(4 * x) / 4),
};
const binary = integers([samples], (index) => Number((5 * index) % 11 < 6));
const pixels = plainValues("pixels", [samples, 3, 2, 5]);
const pixelLabels = integers([samples, 2, 5], (index) => (index % 9 === 2 ? -100 : ((5 * index) % 11) % 3));
const found = integers([samples], (index) => (3 * index) % 4);
const numbers = plainValues("numbers", [samples, 2]);
const targets = {
  ...numbers,
  data: plainValues("targets", [samples, 2]).data.map((x, index) => 100 + x + numbers.data[index]!),
};
const words = plainValues("words", [samples, 6, classes]);
const wordLabels = integers([samples, 6], (index) => (index % 6 > index % 5 ? -100 : index % classes));

/** The counts of each class as `tp`, `predicted` and `actual`, of predictions `p` and labels `y` that count. */
const withCounts = (k: number, predictions: string, body: string): string =>
  `(lambda p, y: (lambda tp, predicted, actual: ${body})(torch.bincount(y[p == y], minlength=${k}).double(), torch.bincount(p, minlength=${k}).double(), torch.bincount(y, minlength=${k}).double()))((${predictions})[x[1] >= 0], x[1][x[1] >= 0])`;
const scoresOf = (average: string, score: string): string =>
  `(lambda s, present: (${average}, torch.where(present, s, torch.tensor(-1.0).double())))(torch.nan_to_num(${score}), predicted + actual > 0)`;
const macro = "s[present].mean()";
const weighted = "(s * actual).sum() / actual.sum()";
const precisionOf = "tp / predicted";
const recallOf = "tp / actual";
const f1Of = "2 * tp / (predicted + actual)";
const iouOf = "tp / (predicted + actual - tp)";
const argmaxOf = "x[0].argmax(1)";
const areaOf = (positive: string, negative: string): string =>
  `(lambda p, n: ((p[:, None] > n).double() + 0.5 * (p[:, None] == n).double()).mean())(${positive}, ${negative})`;

const ofClasses = { outputs: logits, labels };
const cases: readonly MetricCase[] = [
  {
    name: "accuracy",
    metric: accuracy,
    pytorch: `(${argmaxOf} == x[1]).double()[x[1] >= 0].mean()`,
    ...ofClasses,
  },
  {
    name: "accuracy of pixels",
    metric: (y: Tensor, t: Tensor) => accuracy(y, t, { axis: 1 }),
    pytorch: `(${argmaxOf} == x[1]).double()[x[1] >= 0].mean()`,
    outputs: pixels,
    labels: pixelLabels,
  },
  {
    name: "top-k accuracy",
    metric: (y: Tensor, t: Tensor) => topKAccuracy(y, t, { k: 2 }),
    pytorch: "(x[0].topk(2, 1)[1] == x[1][:, None]).any(1).double()[x[1] >= 0].mean()",
    ...ofClasses,
  },
  {
    name: "top-k accuracy of pixels",
    metric: (y: Tensor, t: Tensor) => topKAccuracy(y, t, { k: 2, axis: 1 }),
    pytorch: "(x[0].topk(2, 1)[1] == x[1].unsqueeze(1)).any(1).double()[x[1] >= 0].mean()",
    outputs: pixels,
    labels: pixelLabels,
  },
  {
    name: "binary accuracy",
    metric: (y: Tensor, t: Tensor) => binaryAccuracy(y, t, { threshold: 0.3 }),
    pytorch: "((x[0] > 0.3) == (x[1] > 0.5)).double().mean()",
    outputs: scores,
    labels: binary,
  },
  {
    name: "precision",
    metric: precision(),
    pytorch: withCounts(classes, argmaxOf, scoresOf(macro, precisionOf)),
    ...ofClasses,
  },
  {
    name: "recall, weighted",
    metric: recall({ average: "weighted" }),
    pytorch: withCounts(classes, argmaxOf, scoresOf(weighted, recallOf)),
    ...ofClasses,
  },
  { name: "F1", metric: f1(), pytorch: withCounts(classes, argmaxOf, scoresOf(macro, f1Of)), ...ofClasses },
  {
    name: "F1 of all counts together",
    metric: f1({ average: "micro" }),
    pytorch: withCounts(classes, argmaxOf, scoresOf("2 * tp.sum() / (predicted + actual).sum()", f1Of)),
    ...ofClasses,
  },
  {
    name: "precision of class 1",
    metric: precision({ average: "binary", threshold: 0.3 }),
    pytorch: withCounts(2, "(x[0] > 0.3).long()", scoresOf("s[1]", precisionOf)),
    outputs: scores,
    labels: binary,
  },
  {
    name: "recall of predicted classes",
    metric: recall({ classes }),
    pytorch: withCounts(classes, "x[0]", scoresOf(macro, recallOf)),
    outputs: found,
    labels,
  },
  {
    name: "F1 of samples with several labels",
    metric: f1({ multilabel: true, threshold: 0.2 }),
    pytorch: `(lambda p, y: (lambda tp, predicted, actual: ${scoresOf(macro, f1Of)})((p * y).sum(0), p.sum(0), y.sum(0)))((x[0] > 0.2).double(), x[1].double())`,
    outputs: numbers,
    labels: integers([samples, 2], (index) => Number((5 * index) % 11 < 6)),
  },
  {
    name: "recall of samples with several labels, weighted",
    metric: recall({ multilabel: true, average: "weighted" }),
    pytorch: `(lambda p, y: (lambda tp, predicted, actual: ${scoresOf(weighted, recallOf)})((p * y).sum(0), p.sum(0), y.sum(0)))((x[0] > 0).double(), x[1].double())`,
    outputs: numbers,
    labels: integers([samples, 2], (index) => Number((5 * index) % 11 < 6)),
  },
  {
    name: "mean IoU of pixels",
    metric: meanIoU({ axis: 1 }),
    pytorch: withCounts(3, argmaxOf, scoresOf(macro, iouOf)),
    outputs: pixels,
    labels: pixelLabels,
  },
  {
    name: "confusion matrix",
    metric: confusionMatrix(),
    pytorch: `(lambda p, y: ((p == y).double().mean(), torch.bincount(y * ${classes} + p, minlength=${classes ** 2})))((${argmaxOf})[x[1] >= 0], x[1][x[1] >= 0])`,
    ...ofClasses,
  },
  {
    name: "confusion matrix of pixels",
    metric: confusionMatrix({ axis: 1 }),
    pytorch: `(lambda p, y: ((p == y).double().mean(), torch.bincount(y * 3 + p, minlength=9)))((${argmaxOf})[x[1] >= 0], x[1][x[1] >= 0])`,
    outputs: pixels,
    labels: pixelLabels,
  },
  {
    name: "area under the ROC of scores with ties",
    metric: rocAuc(),
    pytorch: areaOf("x[0][x[1] == 1]", "x[0][x[1] == 0]"),
    outputs: scores,
    labels: binary,
  },
  {
    name: "area under the ROC of two logits",
    metric: rocAuc(),
    pytorch: areaOf("(x[0][:, 1] - x[0][:, 0])[x[1] == 1]", "(x[0][:, 1] - x[0][:, 0])[x[1] == 0]"),
    outputs: numbers,
    labels: binary,
  },
  {
    name: "area under the ROC of several classes",
    metric: rocAuc(),
    pytorch: `(lambda s, y: (lambda a: (a[:3].mean(), torch.cat([a, torch.tensor([-1.0]).double()])))(torch.stack([${areaOf("s[y == c, c]", "s[y != c, c]")} for c in range(3)])))(torch.softmax(x[0], 1)[x[1] >= 0], x[1][x[1] >= 0])`,
    ...ofClasses,
  },
  {
    name: "area under the ROC of several classes, weighted",
    metric: rocAuc({ average: "weighted" }),
    pytorch: `(lambda s, y: sum(${areaOf("s[y == c, c]", "s[y != c, c]")} * (y == c).double().mean() for c in range(3)))(torch.softmax(x[0], 1)[x[1] >= 0], x[1][x[1] >= 0])`,
    ...ofClasses,
  },
  {
    name: "mean absolute error",
    metric: mae,
    pytorch: "(x[0] - x[1]).abs().mean()",
    outputs: numbers,
    labels: targets,
  },
  {
    name: "root of the mean squared error",
    metric: rmse(),
    pytorch: "(x[0] - x[1]).pow(2).mean().sqrt()",
    outputs: numbers,
    labels: targets,
  },
  {
    name: "R2 of targets far from 0",
    metric: r2(),
    pytorch:
      "(lambda s: (s.mean(), s))(1 - (x[0] - x[1]).pow(2).sum(0) / (x[1] - x[1].mean(0)).pow(2).sum(0))",
    outputs: { ...numbers, data: numbers.data.map((x) => x + 100) },
    labels: targets,
  },
  {
    name: "perplexity",
    metric: perplexity(),
    pytorch: "F.cross_entropy(x[0].permute(0, 2, 1), x[1]).exp()",
    outputs: words,
    labels: wordLabels,
  },
];

/** Its outputs are its inputs. */
class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** Rows of a tensor, on a backend. */
function takeRows({ shape, data, dtype }: PlainTensor, begin: number, end: number, backend: Backend): Tensor {
  const width = data.length / shape[0]!;
  const rows = data.slice(begin * width, end * width);
  return place({ shape: [end - begin, ...shape.slice(1)], data: rows, ...(dtype && { dtype }) }, backend);
}

const cut =
  ({ outputs, labels }: MetricCase, size: number, backend: Backend) =>
  () =>
    Array.from({ length: samples / size }, (_, batch) => ({
      inputs: takeRows(outputs, size * batch, size * (batch + 1), backend),
      labels: takeRows(labels, size * batch, size * (batch + 1), backend),
    }));

const flatten = (details: MetricDetails): number[] => details.flat();

onEachBackend((backend) => {
  describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: metrics of a pass, however it is cut`, () => {
    let answers: readonly (readonly (readonly number[])[])[];
    beforeAll(() => {
      const questions = cases.map(({ pytorch, outputs, labels }) => ({
        task: "evaluate" as const,

        expression: `(lambda r: r if isinstance(r, tuple) else torch.as_tensor(r))(${pytorch})`,
        inputs: [outputs, labels],
        outputGradients: [],
      }));
      answers = askPytorch(questions).map(({ outputs }) => outputs.map(({ data }) => data));
    });

    test.each(cases.map((one, index) => [one.name, one, index] as const))("%s", async (_, one, index) => {
      const [[expected], details] = answers[index]! as [number[], number[]?];
      for (const size of [samples, 8, 3, 1]) {
        const { metrics, details: all } = await evaluate(new Identity(), {
          data: cut(one, size, backend()),
          loss: (y) => zeros([], { backend: y.backend }),
          metrics: { it: one.metric },
        });
        expect(metrics.it, `batches of ${size}`).toBeCloseTo(expected!, 5);
        if (details === undefined) continue;
        const found = flatten(all!.it!).map((value) => (Number.isNaN(value) ? -1 : value));
        expect(found).toHaveLength(details.length);
        found.forEach((value, place) => {
          expect(value, `batches of ${size}, ${place}`).toBeCloseTo(details[place]!, 5);
        });
      }
    });
  });
});
