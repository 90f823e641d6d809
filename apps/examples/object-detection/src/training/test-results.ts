import type { Point, Session, TrainedArm } from "@evenkeel/example-task";
import { decodeDetections, detectionLoss, type GridDetector } from "@evenkeel/models";
import {
  type ClassBox,
  computeBootstrapInterval,
  evaluate,
  type MatchedImage,
  type Measure,
  matchImage,
  meanAveragePrecision,
  nonMaximumSuppression,
  type PassMetric,
  scoreDetections,
} from "@evenkeel/nn";
import { scope, type Tensor } from "@evenkeel/tensor";
import type { BoxExample, Data } from "../data.ts";
import type { Description } from "../network.ts";
import type { Options } from "../options.ts";
import { formatScore } from "../words.ts";
import type { ArmResult, ClassResult, PictureResult } from "./arm-result.ts";
import { makeTestBatches } from "./box-batches.ts";

/** Of two detections of a class that overlap by more, the better one is kept. */
export const suppression = { threshold: 0.45, minScore: 0.01 } as const;

/** Platelets are small: their boxes overlap late. */
export const lossOptions = { leastProbability: 0.5 } as const;

/** The detections of a picture with at least this score are counted as found. */
export const leastScore = 0.4;

/** Less certain detections are not kept for the report. */
const leastKept = 0.2;
const pointsKept = 200;
const resamples = 400;

type TestResults = Pick<
  ArmResult,
  "score" | "scoreInterval" | "elevenPointScore" | "cocoScore" | "classes" | "pictures" | "testLoss"
>;

/** Finds the objects of all test pictures and compares them with the annotations. */
export async function testDetector(
  model: GridDetector,
  { test, classes }: Pick<Data, "test" | "classes">,
  description: Pick<Description, "statistics">,
  signal: AbortSignal,
): Promise<TestResults> {
  const { testLoss, elevenPointScore, cocoScore } = await measure(model, test, description, signal);
  const found = await detectAll(model, test, description, signal);
  const matched = found.map((detections, picture) =>
    matchImage(detections, listTruths(test[picture]!), { protocol: "voc" }),
  );
  const scores = scoreDetections(matched, classes.length, "voc");
  return {
    score: computeMean(scores.map(({ averagePrecision }) => averagePrecision)),
    scoreInterval: computeInterval(matched, classes.length),
    elevenPointScore,
    cocoScore,
    testLoss,
    classes: scores.map(
      ({ truths, averagePrecision, curve }, label): ClassResult => ({
        name: classes[label]!,
        truths,
        averagePrecision,
        curve: thin(curve.map(({ recall, precision }): Point => [round(recall, 4), round(precision, 4)])),
      }),
    ),
    pictures: found.map((detections, picture) => keepPicture(picture, detections, matched[picture]!)),
  };
}

/** The loss of the test pictures, and scores by other protocols. */
async function measure(
  model: GridDetector,
  test: readonly BoxExample[],
  description: Pick<Description, "statistics">,
  signal: AbortSignal,
): Promise<Pick<TestResults, "testLoss" | "elevenPointScore" | "cocoScore">> {
  const loss = detectionLoss(model, lossOptions);
  const score = (metric: PassMetric<Tensor, Tensor>): PassMetric<Tensor, Tensor> => ({
    ...metric,
    counts: (prediction, truths) =>
      scope(() => {
        const detections = nonMaximumSuppression(decodeDetections(prediction, model), suppression);
        return metric.counts(detections, truths);
      }),
  });
  const part =
    (name: "boxes" | "objectness" | "classes"): Measure<Tensor, Tensor> =>
    (prediction, truths) =>
      scope(() => loss.parts(prediction, truths)[name]);
  const { loss: total, metrics } = await evaluate(model, {
    data: makeTestBatches(test, description),
    loss,
    metrics: {
      boxes: part("boxes"),
      objectness: part("objectness"),
      classes: part("classes"),
      elevenPointScore: score(meanAveragePrecision({ protocol: "voc2007" })),
      cocoScore: score(meanAveragePrecision()),
    },
    signal,
  });
  const { elevenPointScore, cocoScore, ...parts } = metrics;
  return {
    testLoss: { total, ...(parts as Omit<TestResults["testLoss"], "total">) },
    elevenPointScore: elevenPointScore!,
    cocoScore: cocoScore!,
  };
}

/** What the detector finds in each picture, in their order, best first. */
async function detectAll(
  model: GridDetector,
  pictures: readonly BoxExample[],
  description: Pick<Description, "statistics">,
  signal: AbortSignal,
): Promise<ClassBox[][]> {
  model.eval();
  const found: ClassBox[][] = [];
  for await (const { inputs, labels } of makeTestBatches(pictures, description).epoch(0)) {
    found.push(...(await readDetections(model, inputs)));
    for (const tensor of [inputs, labels]) tensor.dispose();
    signal.throwIfAborted();
  }
  return found;
}

/** What the detector finds in each picture of a batch, best first. */
export async function readDetections(model: GridDetector, inputs: Tensor): Promise<ClassBox[][]> {
  const detections = model.detect(inputs, suppression);
  const values = [...(await detections.data())];
  const [n, each, width] = detections.shape as readonly [number, number, number];
  detections.dispose();
  return Array.from({ length: n }, (_, image) =>
    readRows(values.slice(image * each * width, (image + 1) * each * width)),
  );
}

/** Rows of left, top, right, bottom, score and class, of which a class below 0 is padding. */
function readRows(values: readonly number[]): ClassBox[] {
  return Array.from({ length: values.length / 6 }, (_, index): ClassBox => {
    const [left, top, right, bottom, score, label] = values.slice(6 * index, 6 * index + 6);
    return { corners: [left!, top!, right!, bottom!], score: score!, label: label! };
  }).filter(({ label }) => label >= 0);
}

export const listTruths = ({ boxes, labels }: BoxExample): ClassBox[] =>
  Array.from(labels, (label, box): ClassBox => {
    const corners = [...boxes.data.subarray(4 * box, 4 * box + 4)];
    return { corners: corners as unknown as ClassBox["corners"], label, score: 1 };
  });

/** The mean over classes with boxes; 0 without any. */
function computeMean(scores: readonly number[]): number {
  const known = scores.filter((score) => !Number.isNaN(score));
  return known.reduce((sum, score) => sum + score, 0) / Math.max(1, known.length);
}

/** The interval of the score when pictures are drawn again and again; a picture that is drawn twice counts twice. */
function computeInterval(matched: readonly MatchedImage[], classes: number): readonly number[] {
  const ones = matched.map((_, picture) => matched.map((_, other) => Number(other === picture)));
  const score = (counts: readonly number[]): number => {
    const drawn = matched.flatMap((image, picture) => new Array<MatchedImage>(counts[picture]!).fill(image));
    return computeMean(
      scoreDetections(drawn, classes, "voc").map(({ averagePrecision }) => averagePrecision),
    );
  };
  return computeBootstrapInterval(ones, score, { samples: resamples });
}

/** At most so many points of a curve, among them the last one. */
function thin(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / pointsKept);
  return points.filter((_, index) => (points.length - 1 - index) % every === 0);
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

function keepPicture(picture: number, detections: readonly ClassBox[], matched: MatchedImage): PictureResult {
  const kept = detections.filter(({ score }) => score >= leastKept);
  return {
    picture,
    detections: kept.map(({ corners, score, label }) => [
      ...corners.map((edge) => round(edge, 1)),
      round(score, 3),
      label,
    ]),
    right: matched.detections.slice(0, kept.length).map(({ isRight }) => isRight),
  };
}

/** Tests a trained detector again; returns the lines to print. */
export async function evaluateDetector(
  { model, description }: TrainedArm<Options, Description>,
  data: Data,
  { signal }: Session,
): Promise<readonly string[]> {
  const results = await testDetector(model as GridDetector, data, description, signal);
  const [low, high] = results.scoreInterval;
  return [
    `mAP at 0.5           ${formatScore(results.score)}  (95 % interval ${formatScore(low!)} to ${formatScore(high!)})`,
    `mAP at 0.5, 11 points ${formatScore(results.elevenPointScore)}`,
    `mAP at 0.5 to 0.95   ${formatScore(results.cocoScore)}`,
    ...results.classes.map(
      ({ name, truths, averagePrecision }) =>
        `  ${name.padEnd(12)} ${formatScore(averagePrecision)}  of ${truths} objects`,
    ),
  ];
}
