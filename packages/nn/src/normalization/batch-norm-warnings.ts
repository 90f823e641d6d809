import type { Shape } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import { checkOptions, describeValue, listOf, positiveInteger } from "@evenkeel/tensor/checks";
import { BatchNorm } from "../layers/batch-norm.ts";
import { isModule } from "../module/member.ts";
import type { AnyModule } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { optimizerRule } from "../training/check-options.ts";
import { countChannels, isLinearLayer } from "./fold-weights.ts";
import { findNeighbours, listNeighbours } from "./neighbours.ts";

/** What is likely to be wrong with a batch norm. */
export interface BatchNormWarning {
  readonly kind:
    | "few values"
    | "small last batch"
    | "untouched statistics"
    | "slow statistics"
    | "useless bias"
    | "decayed norm";
  /** The path of the norm. */
  readonly path: string;
  /** What was found, and what to do. */
  readonly message: string;
}

export interface BatchNormWarningOptions {
  /** Whose weight decay is looked at. */
  readonly optimizer?: Optimizer;
  /** The shape of an input. Without it, layers before a norm are found in `Sequential` and other modules that list their `sequences`. */
  readonly inputShape?: Shape;
}

/**
 * What is likely to be wrong with the batch norms of a model, in the order of the model: one that normalizes by running statistics
 * which no batch has updated, a bias right before a norm, which the norm takes away again, and weight decay of scales and shifts.
 * `BatchNormAdvice` also looks at a run.
 *
 * Rejects with ArgumentError for anything but a module, for wrong options, and with what the model throws for `inputShape`.
 *
 * @example for (const { message } of await listBatchNormWarnings(model, { inputShape: [8, 1, 28, 28] })) console.warn(message);
 */
export async function listBatchNormWarnings(
  model: AnyModule,
  options: BatchNormWarningOptions = {},
): Promise<BatchNormWarning[]> {
  if (!isModule(model)) {
    throw new ArgumentError(`listBatchNormWarnings: model: found ${describeValue(model)}, expected a module`);
  }
  checkOptions<BatchNormWarningOptions>("listBatchNormWarnings", options, {
    optimizer: optimizerRule,
    inputShape: listOf(positiveInteger),
  });
  const { optimizer, inputShape } = options;
  const paths = new Map([...model.namedModules()].map(([path, module]) => [module, path]));
  const biased = findBiased(inputShape ? findNeighbours(model, inputShape) : listNeighbours(model));
  const decayed = optimizer === undefined ? new Map() : listDecayed(optimizer);
  const warnings: BatchNormWarning[] = [];
  for (const [norm, path] of paths) {
    if (!(norm instanceof BatchNorm)) continue;
    const front = biased.get(norm);
    if (await isUntouched(norm)) warnings.push(warnOfStatistics(norm, path));
    if (front !== undefined) warnings.push(warnOfBias(norm, path, paths.get(front)!));
    const decay = decayed.get(norm.scale) ?? decayed.get(norm.shift);
    if (decay !== undefined) warnings.push(warnOfDecay(norm, path, decay));
  }
  return warnings;
}

/** Names a norm in a message: `layer1.0.bn1 (BatchNorm2d 64)`. */
export const nameNorm = (norm: BatchNorm, path: string): string =>
  path === "" ? norm.describe() : `${path} (${norm.describe()})`;

/** Whether the norm uses running statistics that are still those of a new layer. A file without counts may have set them. */
async function isUntouched(norm: BatchNorm): Promise<boolean> {
  const { runningMean, runningVariance, numBatchesTracked, isTraining, isFrozen } = norm;
  if (!runningMean || !runningVariance || numBatchesTracked?.value !== 0) return false;
  if (isTraining && !isFrozen) return false;
  const [mean, variance] = await Promise.all([runningMean.value.data(), runningVariance.value.data()]);
  return mean.every((value) => value === 0) && variance.every((value) => value === 1);
}

/** The layers with a bias by the norms that follow them and take batches' statistics. */
function findBiased(neighbours: ReturnType<typeof listNeighbours>): Map<AnyModule, AnyModule> {
  return new Map(
    neighbours.flatMap(({ front, behind }) => {
      if (!(behind instanceof BatchNorm) || !behind.isTraining || behind.isFrozen) return [];
      const isBiased =
        isLinearLayer(front) &&
        front.bias instanceof Parameter &&
        front.bias.trainable &&
        countChannels(front).outputs === behind.channels;
      return isBiased ? [[behind, front] as const] : [];
    }),
  );
}

/** The weight decay of each parameter that has some. */
function listDecayed(optimizer: Optimizer): Map<Parameter | undefined, number> {
  const { groups } = optimizer.settings;
  return new Map(
    optimizer.listParameters().flatMap(({ name, parameter }) => {
      const { weightDecay } = groups[name]!;
      return weightDecay > 0 ? [[parameter, weightDecay] as const] : [];
    }),
  );
}

const warnOfStatistics = (norm: BatchNorm, path: string): BatchNormWarning => ({
  kind: "untouched statistics",
  path,
  message: `${nameNorm(norm, path)} normalizes by running statistics that no batch has updated: train it, load saved statistics, or call preciseBatchNorm`,
});

const warnOfBias = (norm: BatchNorm, path: string, front: string): BatchNormWarning => ({
  kind: "useless bias",
  path,
  message: `${nameNorm(norm, path)} subtracts the bias of ${front} together with the mean: make that layer with { bias: false }`,
});

const warnOfDecay = (norm: BatchNorm, path: string, weightDecay: number): BatchNormWarning => ({
  kind: "decayed norm",
  path,
  message: `${nameNorm(norm, path)} has a scale or shift with weight decay ${weightDecay}, which draws its outputs to 0: leave allDecayed out, or set weightDecay: 0 for it in \`group\``,
});
