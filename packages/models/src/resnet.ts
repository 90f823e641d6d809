import type { ResidualShortcut } from "@evenkeel/nn";
import {
  BasicBlock,
  BatchNorm2d,
  Bottleneck,
  Conv2d,
  GlobalAveragePool,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  residualInit,
  runSequence,
  Sequential,
  withNames,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { getRandomSource } from "@evenkeel/tensor";
import { checkOptions, oneOf, positiveInteger, yesOrNo } from "@evenkeel/tensor/checks";
import type { ImageModelOptions, PartOptions } from "./model-options.ts";
import { imageModelRules } from "./model-options.ts";

/** What distinguishes one residual network from another. */
interface Architecture {
  readonly stem: { readonly kernel: number; readonly stride: number; readonly channels: number };
  /** Whether the stem ends with a maximum pooling. */
  readonly hasPool: boolean;
  /** The number of channels of each stage; the second and later stages halve the image. */
  readonly channels: readonly number[];
  /** The number of blocks of each stage. */
  readonly blocks: readonly number[];
  readonly makeBlock: MakeBlock;
}

type MakeBlock = (inChannels: number, channels: number, options: BlockOptions) => Module;

interface BlockOptions extends PartOptions {
  readonly stride: number;
  readonly zeroInit?: boolean;
}

const makeBasicBlock: MakeBlock = (inChannels, channels, options) =>
  new BasicBlock(inChannels, channels, options);

/**
 * A residual network with torchvision's names: `conv1`, `bn1`, `layer1.0.conv1`, ..., `fc`. `resnet18`, `resnet20` and
 * the other functions of this module create one.
 *
 * Shapes: [n, inChannels, h, w] -> [n, classes].
 */
export class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d | undefined;
  readonly relu: ReLU = new ReLU();
  readonly maxpool: MaxPool2d | undefined;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential | undefined;
  readonly avgpool: GlobalAveragePool = new GlobalAveragePool();
  /** May be replaced, for example by a layer for other classes; create the optimizer afterwards. */
  fc: Module;

  constructor(architecture: Architecture, options: ImageNetResNetOptions) {
    super();
    const { stem, hasPool, channels } = architecture;
    const { inChannels = 3, classes = 10, normalization = "batch", backend } = options;
    const part: PartOptions = { normalization, seed: getRandomSource(options.seed), backend };
    this.conv1 = new Conv2d(inChannels, stem.channels, stem.kernel, {
      stride: stem.stride,
      padding: (stem.kernel - 1) / 2,
      bias: normalization === "none",
      seed: part.seed,
      backend,
      ...residualInit,
    });
    this.bn1 = normalization === "batch" ? new BatchNorm2d(stem.channels, { backend }) : undefined;
    const [first, second, third, fourth] = makeStages(architecture, { ...part, zeroInit: options.zeroInit });
    [this.layer1, this.layer2, this.layer3, this.layer4] = [first!, second!, third!, fourth];
    this.fc = new Linear(channels.at(-1)!, classes, { seed: part.seed, backend });
    this.maxpool = hasPool ? new MaxPool2d(3, { stride: 2, padding: 1 }) : undefined;
  }

  /** The layers that run one after another, for `foldBatchNorm`. */
  sequences(): readonly (readonly Module[])[] {
    return this.bn1 ? [[this.conv1, this.bn1]] : [];
  }

  forward(x: Tensor): Tensor {
    const stem = [this.conv1, this.bn1, this.relu, this.maxpool];
    const stages = [this.layer1, this.layer2, this.layer3, this.layer4];
    const parts = [...stem, ...stages, this.avgpool, this.fc];
    const present = parts.filter((part) => part !== undefined);
    return withNames(this, () => runSequence(present, x));
  }
}

function makeStages(
  { stem, channels, blocks, makeBlock }: Architecture,
  options: Omit<BlockOptions, "stride">,
): Sequential[] {
  let width = stem.channels;
  return channels.map((next, stage) => {
    const made = Array.from({ length: blocks[stage]! }, (_, index) => {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      const block = makeBlock(width, next, { stride, ...options });
      width = next;
      return block;
    });
    return new Sequential(...made);
  });
}

/** The options of residual networks for large images. */
export interface ImageNetResNetOptions extends ImageModelOptions {
  /** Whether every block starts as its shortcut, because the scale of its last batch norm is 0. Default: false. */
  readonly zeroInit?: boolean;
}

/** A network of torchvision's, with a stem of a 7x7 convolution and a pooling, and four stages. */
function imageNetResNet(
  name: string,
  stages: Pick<Architecture, "channels" | "blocks" | "makeBlock">,
  options: ImageNetResNetOptions,
): ResNet {
  checkOptions<ImageNetResNetOptions>(name, options, { ...imageModelRules, zeroInit: yesOrNo });
  const { classes = 1000 } = options;
  const stem = { kernel: 7, stride: 2, channels: 64 };
  return new ResNet({ stem, hasPool: true, ...stages }, { ...options, classes });
}

const basicChannels: readonly number[] = [64, 128, 256, 512];
const bottleneckChannels: readonly number[] = [256, 512, 1024, 2048];

const makeBottleneck: MakeBlock = (inChannels, channels, options) =>
  new Bottleneck(inChannels, channels, options);

/**
 * ResNet-18 (He et al. 2016, table 1): 11,689,512 parameters for 1,000 classes and three channels. It strictly loads a
 * `state_dict` of torchvision.
 *
 * Shapes: [n, inChannels, h, w] -> [n, classes], designed for 224x224.
 *
 * @param options.inChannels default 3
 * @param options.classes default 1000
 * @example resnet18().loadStateDict(readSafetensors(bytes).tensors)
 */
export const resnet18 = (options: ImageNetResNetOptions = {}): ResNet =>
  imageNetResNet(
    "resnet18",
    { channels: basicChannels, blocks: [2, 2, 2, 2], makeBlock: makeBasicBlock },
    options,
  );

/** ResNet-34, see `resnet18`: 21,797,672 parameters. */
export const resnet34 = (options: ImageNetResNetOptions = {}): ResNet =>
  imageNetResNet(
    "resnet34",
    { channels: basicChannels, blocks: [3, 4, 6, 3], makeBlock: makeBasicBlock },
    options,
  );

/** ResNet-50 with bottlenecks, see `resnet18`: 25,557,032 parameters. */
export const resnet50 = (options: ImageNetResNetOptions = {}): ResNet =>
  imageNetResNet(
    "resnet50",
    { channels: bottleneckChannels, blocks: [3, 4, 6, 3], makeBlock: makeBottleneck },
    options,
  );

/** ResNet-101 with bottlenecks, see `resnet18`: 44,549,160 parameters. */
export const resnet101 = (options: ImageNetResNetOptions = {}): ResNet =>
  imageNetResNet(
    "resnet101",
    { channels: bottleneckChannels, blocks: [3, 4, 23, 3], makeBlock: makeBottleneck },
    options,
  );

/** The options of residual networks for small images. */
export interface SmallResNetOptions extends ImageModelOptions {
  /**
   * The shortcut around a block that changes the shape. `padding` is option A of He et al. 2016, every second pixel and zeros for
   * the new channels, which has no parameters and which their CIFAR networks use; `projection` is option B, a 1x1
   * convolution. Default: padding.
   */
  readonly shortcut?: ResidualShortcut;
  /** The number of channels of the first stage; each later stage has twice as many. Default: 16, as in the paper. */
  readonly width?: number;
}

/**
 * A network of 6 n + 2 layers for small images: three stages of n blocks, by default with 16, 32 and 64 channels (He et al.
 * 2016, section 4.2).
 */
function smallResNet(name: string, blocksPerStage: number, options: SmallResNetOptions): ResNet {
  checkOptions<SmallResNetOptions>(name, options, {
    ...imageModelRules,
    shortcut: oneOf("padding", "projection"),
    width: positiveInteger,
  });
  const { shortcut = "padding", width = 16 } = options;
  const channels = [width, 2 * width, 4 * width];
  const architecture: Architecture = {
    stem: { kernel: 3, stride: 1, channels: width },
    hasPool: false,
    channels,
    blocks: channels.map(() => blocksPerStage),
    makeBlock: (before, after, block) => new BasicBlock(before, after, { ...block, shortcut }),
  };
  return new ResNet(architecture, options);
}

/**
 * ResNet-20 for small images: 269,722 parameters for three channels and ten classes.
 *
 * Shapes: [n, inChannels, h, w] -> [n, classes], designed for 32x32.
 *
 * @param options.inChannels default 3
 * @example resnet20({ classes: 10, seed: 1 })
 */
export const resnet20 = (options: SmallResNetOptions = {}): ResNet => smallResNet("resnet20", 3, options);

/** ResNet-32 for small images, see `resnet20`: 464,154 parameters. */
export const resnet32 = (options: SmallResNetOptions = {}): ResNet => smallResNet("resnet32", 5, options);

/** ResNet-44 for small images, see `resnet20`: 658,586 parameters. */
export const resnet44 = (options: SmallResNetOptions = {}): ResNet => smallResNet("resnet44", 7, options);

/** ResNet-56 for small images, see `resnet20`: 853,018 parameters. */
export const resnet56 = (options: SmallResNetOptions = {}): ResNet => smallResNet("resnet56", 9, options);
