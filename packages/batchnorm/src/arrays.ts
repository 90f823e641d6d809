import type { Activation, Backend, Shape, Tensor } from "@evenkeel/tensor";
import { ArgumentError, fromData, scope } from "@evenkeel/tensor";
import { anything, checkOptions } from "@evenkeel/tensor/checks";
import type { BatchNormOptions } from "./batch-norm/batch-norm.ts";
import { batchNorm } from "./batch-norm/batch-norm.ts";
import { frozenRules } from "./batch-norm/fold.ts";
import { computeNormalizationGradient } from "./gradient/gradient.ts";
import { checkInput } from "./operands/layout.ts";
import { axisRule } from "./operands/options.ts";
import { populationStatistics } from "./statistics/pack-statistics.ts";

/** Options of `batchNorm`, with arrays instead of tensors. */
export interface ArrayOptions
  extends Omit<
    BatchNormOptions,
    "scale" | "shift" | "runningMean" | "runningVariance" | "residual" | "inPlace"
  > {
  readonly scale?: Float32Array;
  readonly shift?: Float32Array;
  readonly runningMean?: Float32Array;
  readonly runningVariance?: Float32Array;
  /** An array of the length of x. */
  readonly residual?: Float32Array;
}

export interface ForwardArrays {
  readonly y: Float32Array;
  /**
   * Statistics of this batch, 4 rows of C: count, mean, rest of the mean (the part lost in rounding to f32), M2. Undefined
   * at inference.
   */
  readonly statistics?: Float32Array;
  /** The new running statistics, if running statistics were given and updated. */
  readonly runningMean?: Float32Array;
  readonly runningVariance?: Float32Array;
  readonly numBatchesTracked?: number;
}

/** The statistics by which the forward pass normalized, its own or the running ones, and its other operands. */
export interface BackwardOptions {
  readonly statistics?: Float32Array;
  readonly runningMean?: Float32Array;
  readonly runningVariance?: Float32Array;
  readonly scale?: Float32Array;
  readonly shift?: Float32Array;
  readonly epsilon?: number;
  readonly axis?: number;
  readonly activation?: Activation;
  /** The output of the forward pass, if there was a residual. */
  readonly y?: Float32Array;
}

export interface BackwardArrays {
  readonly dx: Float32Array;
  readonly dScale: Float32Array;
  readonly dShift: Float32Array;
  /** Present if there was a residual. */
  readonly dResidual?: Float32Array;
}

/**
 * `batchNorm` on plain arrays: no tensors, no layers.
 *
 * Shapes: x holds the values of `shape`, scale, shift and running statistics one value per channel. Rejects with ShapeError or
 * ArgumentError where they do not fit.
 *
 * @example
 * const { y, statistics } = await batchNormForward(backend, x, [32, 64, 56, 56], { scale, shift, training: true });
 */
export function batchNormForward(
  backend: Backend,
  x: Float32Array,
  shape: Shape,
  options: ArrayOptions = {},
): Promise<ForwardArrays> {
  const { scale, shift, runningMean, runningVariance, residual, ...numbers } = options;
  return readAll(() => {
    const perChannel = { scale, shift, runningMean, runningVariance };
    const { numBatchesTracked, ...outputs } = batchNorm(place(backend, x, shape), {
      ...numbers,
      ...placeChannels(backend, perChannel),
      residual: residual && place(backend, residual, shape),
    });
    return { tensors: outputs, numbers: numBatchesTracked === undefined ? {} : { numBatchesTracked } };
  });
}

/**
 * The gradients of `batchNormForward` for a given gradient of y. They flow through the statistics of the batch if
 * those are given; with running statistics they are the gradients at inference.
 *
 * Shapes: dy, x and y hold the values of `shape`, the statistics four values per channel, the others one. Rejects
 * with ShapeError or ArgumentError where they do not fit, and where neither statistics nor running statistics are
 * given.
 *
 * @example const { dx, dScale, dShift } = await batchNormBackward(backend, dy, x, shape, { statistics, scale });
 */
export async function batchNormBackward(
  backend: Backend,
  dy: Float32Array,
  x: Float32Array,
  shape: Shape,
  options: BackwardOptions,
): Promise<BackwardArrays> {
  checkOptions<BackwardOptions>("batchNormBackward", options, {
    ...frozenRules,
    ...axisRule,
    statistics: anything,
    activation: anything,
    y: anything,
  });
  return readAll(() => {
    const { epsilon = 1e-5, activation = "none" } = options;
    const input = place(backend, x, shape);
    const attrs = { epsilon, activation, axis: checkInput("batchNormBackward", input, options.axis ?? 1) };
    const { scale, shift } = placeChannels(backend, { scale: options.scale, shift: options.shift });
    const y = options.y && place(backend, options.y, shape);
    const operands = { dy: place(backend, dy, shape), x: input, scale, shift, y };
    const statistics = placeStatistics(backend, options);
    const ofBatch = options.statistics !== undefined;
    const gradients = computeNormalizationGradient(
      { ...operands, statistics },
      { ...attrs, residual: y !== undefined, ofBatch },
    );
    return { tensors: { ...gradients }, numbers: {} };
  });
}

function placeStatistics(backend: Backend, options: BackwardOptions): Tensor {
  const { statistics, runningMean, runningVariance } = options;
  if (statistics !== undefined) return place(backend, statistics, [4, statistics.length / 4]);
  if (runningMean === undefined || runningVariance === undefined) {
    throw new ArgumentError(
      "batchNormBackward: found no statistics, expected batch statistics or running statistics",
    );
  }
  const running = placeChannels(backend, { runningMean, runningVariance });
  return populationStatistics(running.runningMean!, running.runningVariance!);
}

const place = (backend: Backend, values: Float32Array, shape: Shape): Tensor =>
  fromData(values, { shape, dtype: "f32" }, { backend });

function placeChannels<Names extends string>(
  backend: Backend,
  arrays: { readonly [Name in Names]: Float32Array | undefined },
): { [Name in Names]?: Tensor } {
  const placed: { [Name in Names]?: Tensor } = {};
  for (const name in arrays) {
    const values = arrays[name];
    if (values !== undefined) placed[name] = place(backend, values, [values.length]);
  }
  return placed;
}

interface Computed<Name extends string, Numbers> {
  readonly tensors: { readonly [Key in Name]?: Tensor | undefined };
  readonly numbers: Numbers;
}

/** Reads the tensors that `body` makes, and frees everything. */
async function readAll<Result>(body: () => Computed<string, object>): Promise<Result> {
  const entries = scope(() => {
    const { tensors, numbers } = body();
    const present = Object.entries(tensors).filter(([, tensor]) => tensor !== undefined);
    // Reading starts before the scope frees the tensors: calls take effect in their order.
    return { numbers, reads: present.map(([name, tensor]) => ({ name, data: tensor!.data() })) };
  });
  const arrays = await Promise.all(entries.reads.map(async ({ name, data }) => [name, await data] as const));
  return { ...Object.fromEntries(arrays), ...entries.numbers } as Result;
}
