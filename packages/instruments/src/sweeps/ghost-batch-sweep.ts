import {
  type AnyModule,
  BatchNorm,
  type InputSource,
  type Module,
  preciseBatchNorm,
  replaceNormalization,
} from "@evenkeel/nn";
import { makeAlias } from "@evenkeel/tensor";
import { callable, checkOptions, listOf, positiveInteger } from "@evenkeel/tensor/checks";
import { aDataSource } from "../model/check-arguments.ts";

/** What the model takes. */
type InputsOf<Model> = Model extends Module<[infer Inputs], infer _Outputs> ? Inputs : never;

export interface GhostBatchSweepOptions<Model extends AnyModule> {
  /** The numbers of examples that batch norm normalizes together. */
  readonly sizes: readonly number[];
  /** A new model whose batch norms have ghost batches of this size. */
  makeModel(size: number): Model;
  train(model: Model, size: number): void | Promise<void>;
  /** Evaluates the model, in evaluation mode; such as its test error. */
  evaluate(model: Model): number | Promise<number>;
  /** Training data for exact statistics, as `preciseBatchNorm` takes them. */
  readonly data: InputSource<InputsOf<Model>>;
}

/** What a model that was trained with ghost batches of one size reaches, by the statistics that it normalizes with afterwards. */
export interface GhostBatchResult {
  readonly size: number;
  /** With the running statistics of the training. */
  readonly running: number;
  /** With the exact statistics of the data. */
  readonly precise: number;
  /** With the statistics of each batch of the evaluation, in ghost batches of the same size as in training. */
  readonly batch: number;
}

/**
 * Trains a model with ghost batches of each size and evaluates it with running, exact and batch statistics: how small batches hurt,
 * and how much of that is the difference between the statistics of training and inference (Wu and Johnson 2021, section 3). Models
 * are disposed.
 *
 * Rejects with ArgumentError for wrong options, and with what the functions throw.
 *
 * @example
 * const results = await sweepGhostBatches({
 *   sizes: [4, 16],
 *   data: test,
 *   makeModel: (size) => {
 *     const norm = new BatchNorm1d(16, { ghosts: new GhostBatches(size) });
 *     return new Sequential(new Flatten(), new Linear(784, 16), norm, new ReLU(), new Linear(16, 10));
 *   },
 *   train: async (model) => {
 *     const optimizer = new SGD(model, { learningRate: 0.1 });
 *     await fit(model, { data: test, loss: crossEntropy, optimizer, epochs: 1 });
 *     optimizer.dispose();
 *   },
 *   evaluate: async (model) => (await evaluate(model, { data: test, loss: crossEntropy })).loss,
 * });
 */
export async function sweepGhostBatches<Model extends AnyModule>(
  options: GhostBatchSweepOptions<Model>,
): Promise<GhostBatchResult[]> {
  checkOptions<GhostBatchSweepOptions<AnyModule>>(
    "sweepGhostBatches",
    options as unknown as GhostBatchSweepOptions<AnyModule>,
    {
      sizes: listOf(positiveInteger),
      makeModel: callable,
      train: callable,
      evaluate: callable,
      data: aDataSource,
    },
    ["sizes", "makeModel", "train", "evaluate", "data"],
  );
  const { sizes, makeModel, train, evaluate, data } = options;
  const results: GhostBatchResult[] = [];
  for (const size of sizes) {
    const model = makeModel(size);
    try {
      await train(model, size);
      const running = await evaluate(model);
      await preciseBatchNorm(model, data as never);
      const precise = await evaluate(model);
      forgetStatistics(model);
      results.push({ size, running, precise, batch: await evaluate(model) });
    } finally {
      model.dispose();
    }
  }
  return results;
}

/** Replaces batch norms by ones without running statistics, which normalize by the batch in evaluation mode too. */
function forgetStatistics(model: AnyModule): void {
  replaceNormalization(model, (norm) => {
    if (!(norm instanceof BatchNorm)) return undefined;
    const { channels, epsilon, ghosts, scale, shift } = norm;
    const Layer = norm.constructor as new (channels: number, options: object) => BatchNorm;
    const forgetful = new Layer(channels, {
      epsilon,
      trackRunningStats: false,
      affine: scale !== undefined,
      ...(ghosts !== undefined && { ghosts }),
    });
    if (scale !== undefined) forgetful.scale!.value = makeAlias(scale.value);
    if (shift !== undefined) forgetful.shift!.value = makeAlias(shift.value);
    return forgetful;
  });
}
