import { batches } from "@evenkeel/datasets";
import { fit, Linear, type Module, mse, predict, SGD } from "@evenkeel/nn";
import { finite, listOf, text } from "@evenkeel/tensor/checks";
import {
  type ArmResult,
  type CommonOptions,
  makeCommonSettings,
  onlyWith,
  readChoice,
  readPositiveNumber,
  type Task,
  type TaskData,
} from "../src/index.ts";

export interface LineOptions extends CommonOptions {
  readonly dataset: "rising" | "synthetic";
  readonly slope: number;
}

interface Line extends TaskData {
  readonly inputs: { readonly data: Float32Array; readonly shape: readonly [number, 1] };
  readonly labels: { readonly data: Float32Array; readonly shape: readonly [number, 1] };
}

interface LineResult extends ArmResult {
  readonly losses: readonly number[];
}

const count = 64;

/** A task in a few lines: finds the slope of a line. */
export const lineTask: Task<LineOptions, Line, { slope: number }, { losses: readonly number[] }, LineResult> =
  {
    name: "line",
    command: "line --",
    help: "Finds the slope of a line.",
    settings: {
      dataset: readChoice("dataset", ["rising", "synthetic"]),
      slope: onlyWith("dataset", ["rising"], readPositiveNumber("slope", 3)),
      ...makeCommonSettings({ normalizations: ["batch", "none"], epochs: 4, learningRate: 0.1 }),
    },
    compared: ["batch", "none"],
    quick: { epochs: 1 },
    measurementRules: { losses: listOf(finite) },
    resultRules: { normalization: text, trainingSeconds: finite, losses: listOf(finite) },
    loadData: async ({ dataset, slope }) => {
      const x = Float32Array.from({ length: count }, (_, index) => index / count - 0.5);
      const shape = [count, 1] as const;
      return {
        name: dataset,
        insteadOf: null,
        inputs: { data: x, shape },
        labels: { data: x.map((value) => slope * value), shape },
      };
    },
    describeModel: (_data, { slope }) => ({ slope }),
    makeModel: (_description, { seed }) => new Linear(1, 1, { seed }),
    trainArm: async ({
      model,
      data: { inputs, labels },
      options: { epochs },
      learningRate,
      normalization,
      save,
    }) => {
      const optimizer = new SGD(model, { learningRate });
      const data = batches({ inputs, labels }, { batchSize: 8 });
      const history = await fit(model as Module, { data, epochs, optimizer, loss: mse });
      optimizer.dispose();
      const losses = history.epochs.map(({ loss }) => loss);
      await save({ losses });
      return { normalization, trainingSeconds: 1, losses };
    },
    summarize: ({ arms }) => ({ losses: arms.map(({ losses }) => losses.at(-1)) }),
    writeTable: ({ arms }) => arms.map(({ losses }) => String(losses.at(-1))).join("\n"),
    drawReport: () => "<!doctype html>",
    listFigures: ({ data, arms }) =>
      arms.map(({ normalization, losses, trainingSeconds }) => ({
        name: data.name,
        dataset: data.name,
        normalization,
        metric: "loss",
        value: losses.at(-1)!,
        literature: "0: the line is exact",
        minutes: trainingSeconds / 60,
      })),
    evaluate: async ({ description: { slope } }, { labels }) => [`slope ${slope}, ${labels.shape[0]} points`],
    predicts: "a number",
    predict: async ({ model }, { inputs: [x] }) => {
      const data = { data: Float32Array.of(Number(x)), shape: [1, 1] as const };
      const found = await predict(model as Module, { data: batches({ inputs: data }, { batchSize: 1 }) });
      return [`y = ${found.data[0]!.toFixed(2)}`];
    },
  };
