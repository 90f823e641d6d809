import {
  Conv2dNormActivation,
  Dropout,
  GlobalAveragePool,
  InvertedResidual,
  init,
  Linear,
  type Module,
  ReLU6,
  Sequential,
} from "@evenkeel/nn";
import { getRandomSource } from "@evenkeel/tensor";
import { checkOptions, fraction, positive } from "@evenkeel/tensor/checks";
import { ImageClassifier } from "./image-classifier.ts";
import type { ImageModelOptions, PartOptions } from "./model-options.ts";
import { imageModelRules } from "./model-options.ts";

/** The options of networks for small devices. */
export interface MobileNetOptions extends ImageModelOptions {
  /** A factor for the number of channels of every layer; default 1. */
  readonly width?: number;
  /** The probability of the dropout before the last layer; default 0.2. */
  readonly dropout?: number;
}

/** Sandler et al. 2018, table 2: the expansion, the channels, the number of blocks and the stride of the first of them. */
const stages: readonly (readonly [expansion: number, channels: number, blocks: number, stride: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** The nearest multiple of eight that is not less than nine tenths of the number of channels, as in torchvision. */
function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/**
 * MobileNetV2 (Sandler et al. 2018): 3,504,872 parameters for 1,000 classes and three channels. It strictly loads a `state_dict` of
 * torchvision's `mobilenet_v2`.
 *
 * Shapes: [n, inChannels, h, w] -> [n, classes], designed for 224x224.
 *
 * @param options.inChannels default 3
 * @param options.classes default 1000
 * @example mobilenetV2({ classes: 10, width: 0.5, seed: 1 })
 */
export function mobilenetV2(options: MobileNetOptions = {}): ImageClassifier {
  checkOptions<MobileNetOptions>("mobilenetV2", options, {
    ...imageModelRules,
    width: positive,
    dropout: fraction,
  });
  const {
    inChannels = 3,
    classes = 1000,
    normalization = "batch",
    width = 1,
    dropout = 0.2,
    backend,
  } = options;
  const part: PartOptions = { normalization, seed: getRandomSource(options.seed), backend };
  const last = roundChannels(1280 * Math.max(1, width));
  const classifier = new Sequential(
    new Dropout(dropout, { seed: part.seed }),
    new Linear(last, classes, {
      seed: part.seed,
      backend,
      weightInit: init.normal(0, 0.01),
      biasInit: init.zeros,
    }),
  );
  return new ImageClassifier(new Sequential(...makeFeatures(inChannels, last, width, part)), classifier);
}

function makeFeatures(inChannels: number, last: number, width: number, part: PartOptions): Module[] {
  const activation = () => new ReLU6();
  let before = roundChannels(32 * width);
  const layers: Module[] = [new Conv2dNormActivation(inChannels, before, { stride: 2, activation, ...part })];
  for (const [expansion, channels, blocks, stride] of stages) {
    const after = roundChannels(channels * width);
    for (let block = 0; block < blocks; block++) {
      const first = block === 0 ? stride : 1;
      layers.push(new InvertedResidual(before, after, { expansion, stride: first, ...part }));
      before = after;
    }
  }
  layers.push(new Conv2dNormActivation(before, last, { kernel: 1, activation, ...part }));
  return [...layers, new GlobalAveragePool()];
}
