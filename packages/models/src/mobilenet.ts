import {
  Conv2dNormActivation,
  Dropout,
  GlobalAveragePool,
  Hardswish,
  InvertedResidual,
  init,
  Linear,
  type Module,
  ReLU6,
  Sequential,
  SqueezedInvertedResidual,
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

/** The options of a network, with their defaults. */
interface Settings {
  readonly inChannels: number;
  readonly classes: number;
  readonly width: number;
  readonly dropout: number;
  readonly part: PartOptions;
}

function readSettings(name: string, options: MobileNetOptions): Settings {
  checkOptions<MobileNetOptions>(name, options, { ...imageModelRules, width: positive, dropout: fraction });
  const { inChannels = 3, classes = 1000, width = 1, dropout = 0.2 } = options;
  const { normalization = "batch", backend } = options;
  const part = { normalization, seed: getRandomSource(options.seed), backend };
  return { inChannels, classes, width, dropout, part };
}

const makeLinear = (inputs: number, outputs: number, { seed, backend }: PartOptions): Linear =>
  new Linear(inputs, outputs, { seed, backend, weightInit: init.normal(0, 0.01), biasInit: init.zeros });

/** The nearest multiple of eight that is not less than nine tenths of the number of channels, as in torchvision. */
function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
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
  const { inChannels, classes, width, dropout, part } = readSettings("mobilenetV2", options);
  const last = roundChannels(1280 * Math.max(1, width));
  const classifier = new Sequential(
    new Dropout(dropout, { seed: part.seed }),
    makeLinear(last, classes, part),
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

/** A block of MobileNetV3: its kernel, hidden and resulting channels, whether it squeezes ("S") and has Hardswish ("H"), and its stride. */
type Row = readonly [
  kernel: number,
  wide: number,
  channels: number,
  manner: "" | "S" | "H" | "SH",
  stride: number,
];

/** Howard et al. 2019, table 1. */
const largeRows: readonly Row[] = [
  [3, 16, 16, "", 1],
  [3, 64, 24, "", 2],
  [3, 72, 24, "", 1],
  [5, 72, 40, "S", 2],
  [5, 120, 40, "S", 1],
  [5, 120, 40, "S", 1],
  [3, 240, 80, "H", 2],
  [3, 200, 80, "H", 1],
  [3, 184, 80, "H", 1],
  [3, 184, 80, "H", 1],
  [3, 480, 112, "SH", 1],
  [3, 672, 112, "SH", 1],
  [5, 672, 160, "SH", 2],
  [5, 960, 160, "SH", 1],
  [5, 960, 160, "SH", 1],
];

/** Howard et al. 2019, table 2. */
const smallRows: readonly Row[] = [
  [3, 16, 16, "S", 2],
  [3, 72, 24, "", 2],
  [3, 88, 24, "", 1],
  [5, 96, 40, "SH", 2],
  [5, 240, 40, "SH", 1],
  [5, 240, 40, "SH", 1],
  [5, 120, 48, "SH", 1],
  [5, 144, 48, "SH", 1],
  [5, 288, 96, "SH", 2],
  [5, 576, 96, "SH", 1],
  [5, 576, 96, "SH", 1],
];

function mobilenetV3(
  name: string,
  rows: readonly Row[],
  hiddenSize: number,
  options: MobileNetOptions,
): ImageClassifier {
  const { inChannels, classes, width, dropout, part } = readSettings(name, options);
  const round = (channels: number): number => roundChannels(channels * width);
  // The batch norms of torchvision's network.
  const shared = { ...part, batchNorm: { epsilon: 1e-3, momentum: 0.01 } };
  const swish = { ...shared, activation: () => new Hardswish() };
  let before = round(16);
  const layers: Module[] = [new Conv2dNormActivation(inChannels, before, { stride: 2, ...swish })];
  for (const [kernel, wide, channels, manner, stride] of rows) {
    const hidden = round(wide);
    const squeeze = manner.includes("S") ? roundChannels(Math.floor(hidden / 4)) : null;
    const own = { kernel, hidden, stride, squeeze };
    const block = { ...(manner.includes("H") ? swish : shared), ...own };
    layers.push(new SqueezedInvertedResidual(before, round(channels), block));
    before = round(channels);
  }
  const last = 6 * before;
  layers.push(new Conv2dNormActivation(before, last, { kernel: 1, ...swish }), new GlobalAveragePool());
  const hidden = round(hiddenSize);
  const classifier = new Sequential(
    makeLinear(last, hidden, part),
    new Hardswish(),
    new Dropout(dropout, { seed: part.seed }),
    makeLinear(hidden, classes, part),
  );
  return new ImageClassifier(new Sequential(...layers), classifier);
}

/**
 * MobileNetV3 Large (Howard et al. 2019): 5,483,032 parameters for 1,000 classes and three channels. It strictly loads a `state_dict` of
 * torchvision's `mobilenet_v3_large`.
 *
 * Shapes: [n, inChannels, h, w] -> [n, classes], designed for 224x224.
 *
 * @param options.inChannels default 3
 * @param options.classes default 1000
 * @example mobilenetV3Large({ classes: 10, width: 0.5, seed: 1 })
 */
export const mobilenetV3Large = (options: MobileNetOptions = {}): ImageClassifier =>
  mobilenetV3("mobilenetV3Large", largeRows, 1280, options);

/**
 * MobileNetV3 Small, see `mobilenetV3Large`: 2,542,856 parameters.
 *
 * @example mobilenetV3Small({ classes: 10, seed: 1 })
 */
export const mobilenetV3Small = (options: MobileNetOptions = {}): ImageClassifier =>
  mobilenetV3("mobilenetV3Small", smallRows, 1024, options);
