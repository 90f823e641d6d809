import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, deferStateChange, getRandomSource, wholeStep } from "@evenkeel/tensor";
import {
  anAbortSignal,
  belowOne,
  callable,
  checkOptions,
  nullOr,
  positive,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import type { AnyModule, Module } from "../../module/module.ts";
import { readStateArrays } from "../../module/state-dict.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { FittingSource } from "../batches/batch.ts";
import { dataSource, optimizerRule } from "../check-options.ts";
import { checkTrainable, claimModel } from "../claim-model.ts";
import { withCleanUp } from "../clean-up.ts";
import { keepEndedRun } from "../run/ended-run.ts";
import type { LearningRateCurve } from "./learning-rate-curve.ts";
import type { FindLearningRateOptions, SweepOptions } from "./sweep.ts";
import { Sweep, sweepRange } from "./sweep.ts";

/**
 * Trains with a learning rate that grows from step to step by the same factor, until the loss diverges, and suggests a rate to train
 * with (L. N. Smith, Cyclical Learning Rates for Training Neural Networks, 2017). Then the parameters, the running statistics, the
 * state and the learning rate of the optimizer and all random sources are as they were, bit for bit. Data with few batches are
 * repeated. A group of the optimizer with a schedule of its own follows that.
 *
 * Rejects with ArgumentError for wrong options and for data without batches, with what the model and the loss throw, and with the
 * signal's reason when it is aborted.
 *
 * @example
 * const optimizer = new SGD(model, { learningRate: 0.1 });
 * const data = batches(train, { batchSize: 32, shuffled: true, seed: 1 });
 * const { suggestion, points } = await findLearningRate(model, { data, loss: crossEntropy, optimizer });
 * if (suggestion !== undefined) optimizer.learningRate = suggestion;
 */
export async function findLearningRate<Inputs, Outputs, Epoch, Labels = Tensor>(
  model: Module<[Inputs], Outputs>,
  options: FindLearningRateOptions<Labels, Outputs> & {
    readonly data: FittingSource<Epoch, Inputs, NoInfer<Labels>>;
  },
): Promise<LearningRateCurve> {
  checkFindOptions(options);
  const { optimizer } = options;
  optimizer.checkModel(model);
  checkTrainable("findLearningRate", model);
  const release = claimModel("findLearningRate", model, optimizer);
  try {
    const restore = await readState(model, optimizer);
    const sweep = new Sweep(model, options as SweepOptions<Inputs, Labels, Outputs>);
    return await withCleanUp(() => sweep.run(), restore);
  } finally {
    release();
  }
}

function checkFindOptions(options: FindLearningRateOptions<never, never> & { readonly data: unknown }): void {
  const aboveOne = {
    expected: "a number above 1",
    accepts: (value: unknown) => typeof value === "number" && value > 1,
  };
  checkOptions<FindLearningRateOptions<never, never> & { readonly data: unknown }>(
    "findLearningRate",
    options,
    {
      data: dataSource,
      loss: callable,
      optimizer: optimizerRule,
      transformGradients: callable,
      minLearningRate: positive,
      maxLearningRate: positive,
      steps: positiveInteger,
      smoothing: belowOne,
      divergence: nullOr(aboveOne),
      signal: anAbortSignal,
    },
    ["data", "loss", "optimizer"],
  );
  const { minLearningRate = sweepRange[0], maxLearningRate = sweepRange[1] } = options;
  if (minLearningRate >= maxLearningRate) {
    throw new ArgumentError(
      `findLearningRate: minLearningRate: found ${minLearningRate}, expected less than maxLearningRate, ${maxLearningRate}`,
    );
  }
}

/** Reads all that steps change. Returns a function that restores it, all or nothing. */
async function readState(model: AnyModule, optimizer: Optimizer): Promise<() => Promise<void>> {
  const { learningRate } = optimizer;
  const keepRun = keepEndedRun(optimizer);
  const sources = [getRandomSource(), ...[...model.namedRandomSources()].map(([, source]) => source)];
  const states = sources.map(({ state }) => state);
  const [modelState, optimizerState] = await Promise.all([
    readStateArrays(model),
    optimizer.readStateArrays(),
  ]);
  return async () => {
    wholeStep(() => {
      deferStateChange(optimizer.prepareState(optimizerState));
      for (const [index, source] of sources.entries()) source.state = states[index]!;
      model.loadStateDict(modelState);
    });
    optimizer.learningRate = learningRate;
    keepRun();
  };
}
