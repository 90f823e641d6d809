import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  concatenate,
  isFloat,
  mul,
  oneHot,
  scope,
  slice,
  tensor,
  where,
} from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  aSeed,
  checkOptions,
  checkValue,
  describeValue,
  fraction,
  positive,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { drawBeta } from "../random/beta.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { makeStreamOfExample, streams, toSeedNumber } from "../random/random-stream.ts";
import type { Batches, ImageBatch } from "./batches.ts";

export interface MixOptions {
  /** The number of classes. */
  readonly classes: number;
  /** Mixes whole images, with a share of the beta distribution with this parameter (Zhang et al. 2017). */
  readonly mixUp?: number;
  /** Pastes a part of one image into another; its area has the beta distribution with this parameter (Yun et al. 2019). */
  readonly cutMix?: number;
  /** The probability that a batch is mixed. Default: 1. */
  readonly probability?: number;
  /** Default: the seed of the batches, otherwise the source that `manualSeed` restarts. */
  readonly seed?: Seed;
}

const aBatchSource: Rule = {
  expected: "batches of `inputs` and `labels`",
  accepts: (value) => typeof value === "object" && value !== null && "epochFrom" in value,
};

/**
 * Mixes each image of a batch with another one of it, and their labels in the same proportion: with both `mixUp` and `cutMix`, one
 * of them at random for each batch. Labels become probabilities of classes, f32 [n, classes], which `crossEntropy` takes, also
 * in batches that are not mixed. What is drawn depends only on the seed, the epoch and the position of the batch.
 *
 * Shapes: inputs f32 [n, channels, height, width], labels i32 [n] or f32 [n, classes]. Throws ArgumentError for wrong options and for
 * batches without inputs and labels.
 *
 * @example mixBatches(batches(images, { batchSize: 128, shuffled: true, seed: 1 }), { classes: 10, mixUp: 0.2, cutMix: 1 })
 */
export function mixBatches<Batch extends ImageBatch>(
  source: Batches<Batch>,
  options: MixOptions,
): Batches<Batch> {
  checkValue("mixBatches: source", source, aBatchSource);
  checkOptions<MixOptions>(
    "mixBatches",
    options,
    { classes: positiveInteger, mixUp: positive, cutMix: positive, probability: fraction, seed: aSeed },
    ["classes"],
  );
  if (options.mixUp === undefined && options.cutMix === undefined) {
    throw new ArgumentError("mixBatches: found neither mixUp nor cutMix, expected at least one");
  }
  const seed = toSeedNumber(options.seed ?? source.seed);
  async function* mixFrom(first: number, epoch: number, backend?: Backend): AsyncGenerator<Batch> {
    let position = first;
    for await (const batch of source.epochFrom(first, epoch, backend)) {
      const random = makeStreamOfExample(seed, streams.mix + epoch, position++);
      checkBatch(batch);
      const { inputs, labels } = batch;
      const mixed = scope(() => mixBatch(inputs, labels, options, random));
      if (mixed.inputs !== inputs) inputs.dispose();
      if (mixed.labels !== labels) labels.dispose();
      yield { ...batch, ...mixed };
    }
  }
  return {
    ...source,
    seed,
    epoch: (epoch, backend) => mixFrom(0, epoch, backend),
    epochFrom: (first, epoch, backend) => mixFrom(first, epoch, backend),
  };
}

function checkBatch(batch: ImageBatch): void {
  if (batch?.inputs?.rank === 4 && batch.labels?.shape[0] === batch.inputs.shape[0]) return;
  throw new ArgumentError(
    `mixBatches: found ${describeValue(batch)} with the parts ${Object.keys(batch ?? {}).join(", ")}, expected inputs [n, channels, height, width] and labels [n]`,
  );
}

function mixBatch(inputs: Tensor, labels: Tensor, options: MixOptions, random: RandomStream): ImageBatch {
  const { classes, mixUp, cutMix, probability = 1 } = options;
  const soft = isFloat(labels.dtype) ? labels : oneHot(labels, classes);
  if (random.uniform() >= probability) return { inputs, labels: soft };
  const isCut = mixUp === undefined || (cutMix !== undefined && random.uniform() < 0.5);
  const drawn = drawBeta((isCut ? cutMix : mixUp)!, random);
  const others = rollByOne(inputs);
  const [mixed, share] = isCut
    ? paste(inputs, others, drawn, random)
    : [add(mul(inputs, drawn), mul(others, 1 - drawn)), drawn];
  return { inputs: mixed, labels: add(mul(soft, share), mul(rollByOne(soft), 1 - share)) };
}

/** Each example in the place of the next one. */
const rollByOne = (batch: Tensor): Tensor =>
  concatenate([slice(batch, { begin: [-1] }), slice(batch, { begin: [0], end: [-1] })]);

/** Pastes a random part of the others, about 1 - `share` of the area, and returns the share that is left. */
function paste(
  inputs: Tensor,
  others: Tensor,
  share: number,
  random: RandomStream,
): [mixed: Tensor, share: number] {
  const [, , height, width] = inputs.shape as readonly [number, number, number, number];
  const reach = Math.sqrt(1 - share) / 2;
  const [x, y] = [random.integer(0, width - 1), random.integer(0, height - 1)];
  const [left, right] = [
    Math.max(0, Math.round(x - reach * width)),
    Math.min(width, Math.round(x + reach * width)),
  ];
  const [top, down] = [
    Math.max(0, Math.round(y - reach * height)),
    Math.min(height, Math.round(y + reach * height)),
  ];
  const isOther = new Uint8Array(height * width);
  for (let row = top; row < down; row++) isOther.fill(1, row * width + left, row * width + right);
  const mask = tensor(isOther, { shape: [height, width], dtype: "bool", backend: inputs.backend });
  return [where(mask, others, inputs), 1 - ((right - left) * (down - top)) / (height * width)];
}
