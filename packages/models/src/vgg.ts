import { GlobalAveragePool, Linear, MaxPool2d, type Module, Sequential } from "@evenkeel/nn";
import { getRandomSource } from "@evenkeel/tensor";
import { checkOptions, listOf, positiveInteger } from "@evenkeel/tensor/checks";
import { convBlock } from "./blocks.ts";
import { ImageClassifier } from "./image-classifier.ts";
import type { ImageModelOptions } from "./model-options.ts";
import { imageModelRules } from "./model-options.ts";

/** The options of a VGG-style network. */
export interface VggOptions extends ImageModelOptions {
  /** The numbers of channels of the convolutions of each stage; images are halved between stages. */
  readonly stages?: readonly (readonly number[])[];
}

const defaultStages: readonly (readonly number[])[] = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
];

/**
 * Stages of 3x3 convolutions with maximum pooling between them (Simonyan and Zisserman 2015), adapted to small images: the
 * mean over all positions and one linear layer replace the original's three linear layers.
 *
 * Shapes: [n, inChannels, h, w] -> [n, classes]; h and w are at least 2^(stages - 1).
 *
 * @param options.inChannels default 3
 * @param options.stages default [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512]]
 * @example vgg({ stages: [[32, 32], [64, 64]], classes: 10, seed: 1 })
 */
export function vgg(options: VggOptions = {}): ImageClassifier {
  checkOptions<VggOptions>("vgg", options, { ...imageModelRules, stages: listOf(listOf(positiveInteger)) });
  const { inChannels = 3, classes = 10, normalization = "batch", stages = defaultStages, backend } = options;
  const part = { normalization, seed: getRandomSource(options.seed), backend };
  const layers: Module[] = [];
  let width = inChannels;
  for (const [index, stage] of stages.entries()) {
    if (index > 0) layers.push(new MaxPool2d(2));
    for (const channels of stage) {
      layers.push(...convBlock(width, channels, 3, 1, part));
      width = channels;
    }
  }
  const features = new Sequential(...layers, new GlobalAveragePool());
  return new ImageClassifier(features, new Linear(width, classes, { seed: part.seed, backend }));
}
