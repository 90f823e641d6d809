import { Flatten, Linear, MaxPool2d, Sequential } from "@evenkeel/nn";
import { getRandomSource } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import { convBlock, linearBlock } from "./blocks.ts";
import { ImageClassifier } from "./image-classifier.ts";
import type { ImageModelOptions } from "./model-options.ts";
import { imageModelRules } from "./model-options.ts";

/** The options of networks of LeNet's size. */
export interface LenetOptions extends ImageModelOptions {
  /** Height and width of the images, a multiple of 4 and at least 12; default 28. */
  readonly imageSize?: number;
}

/** Two convolutions, each followed by pooling, and linear layers. */
interface Architecture {
  readonly kernel: number;
  readonly paddings: readonly [number, number];
  readonly channels: readonly [number, number];
  readonly hidden: readonly number[];
}

/** Sizes that two poolings can halve and that are large enough for the convolutions between them. */
const imageSize: Rule = {
  expected: "a multiple of 4 from 12 on",
  accepts: (value) => positiveInteger.accepts(value) && Number(value) % 4 === 0 && Number(value) >= 12,
};

function build(name: string, architecture: Architecture, options: LenetOptions): ImageClassifier {
  checkOptions<LenetOptions>(name, options, { ...imageModelRules, imageSize });
  const { kernel, paddings, channels, hidden } = architecture;
  const { inChannels = 1, imageSize: size = 28, classes = 10, normalization = "batch", backend } = options;
  const part = { normalization, seed: getRandomSource(options.seed), backend };
  const features = new Sequential(
    ...convBlock(inChannels, channels[0], kernel, paddings[0], part),
    new MaxPool2d(2),
    ...convBlock(channels[0], channels[1], kernel, paddings[1], part),
    new MaxPool2d(2),
    new Flatten(),
  );
  const side = paddings.reduce((length, padding) => (length + 2 * padding - kernel + 1) / 2, size);
  const widths = [channels[1] * side * side, ...hidden];
  const layers = hidden.flatMap((width, index) => linearBlock(widths[index]!, width, part));
  const last = new Linear(widths.at(-1)!, classes, { seed: part.seed, backend });
  return new ImageClassifier(features, new Sequential(...layers, last));
}

/**
 * LeNet-5 (LeCun et al. 1998) with ReLU and maximum pooling: two 5x5 convolutions and three linear layers, 61,706 parameters
 * for 28x28 images without batch norm.
 *
 * Shapes: [n, inChannels, imageSize, imageSize] -> [n, classes]. Throws ArgumentError for another image size.
 *
 * @param options.inChannels default 1
 * @example lenet({ normalization: "none", seed: 1 })
 */
export function lenet(options: LenetOptions = {}): ImageClassifier {
  return build("lenet", { kernel: 5, paddings: [2, 0], channels: [6, 16], hidden: [120, 84] }, options);
}

/**
 * A modern network of LeNet's size: two 3x3 convolutions with 16 and 32 channels and two linear layers, 207,098
 * parameters for 28x28 images with batch norm.
 *
 * Shapes: [n, inChannels, imageSize, imageSize] -> [n, classes]. Throws ArgumentError for another image size.
 *
 * @param options.inChannels default 1
 * @example convnet({ normalization: "none", seed: 1 })
 */
export function convnet(options: LenetOptions = {}): ImageClassifier {
  return build("convnet", { kernel: 3, paddings: [1, 1], channels: [16, 32], hidden: [128] }, options);
}
