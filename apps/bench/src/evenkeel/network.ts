import { mlp, ResNet, resnet18, resnet20, resnet50 } from "@evenkeel/models";
import {
  BasicBlock,
  BatchNorm2d,
  Conv2d,
  type Module,
  ReLU,
  Sequential,
  type WeightOptions,
} from "@evenkeel/nn";
import type { Backend } from "@evenkeel/tensor";
import type { ModelName } from "../core/task.ts";
import { convStack, perceptron, training } from "../core/task.ts";
import { makeSeparableBlock } from "./separable-block.ts";
import { TransformerBlock } from "./transformer-block.ts";

/** ResNet-18 for small images, with a stem that keeps their size. */
const smallResNet18: ConstructorParameters<typeof ResNet>[0] = {
  stem: { kernel: 3, stride: 1, channels: 64 },
  hasPool: false,
  channels: [64, 128, 256, 512],
  blocks: [2, 2, 2, 2],
  makeBlock: (before, after, options) => new BasicBlock(before, after, options),
};

/** A network, with weights that depend on nothing but the name. */
export function buildNetwork(model: ModelName | "conv-stack", backend: Backend): Module {
  const weights = { seed: 1, backend };
  const shared = { ...weights, classes: training.classes };
  switch (model) {
    case "mlp":
      return mlp({ ...perceptron, ...shared });
    case "resnet20":
      return resnet20(shared);
    case "resnet18":
      return resnet18(shared);
    case "resnet18-small":
      return new ResNet(smallResNet18, shared);
    case "resnet50-small":
    case "resnet50":
      // Goyal et al. 2017, section 5.1. Without it rounding errors grow ten thousandfold on the way back through the blocks.
      return resnet50({ ...shared, zeroInit: true });
    case "transformer-block":
      return new TransformerBlock(shared);
    case "separable-block":
      return makeSeparableBlock(shared);
    case "conv-stack":
      return makeConvStack(weights);
  }
}

function makeConvStack(weights: WeightOptions): Module {
  const { channels, layers } = convStack;
  const makeLayer = (): Module[] => [
    new Conv2d(channels, channels, 3, { padding: 1, bias: false, ...weights }),
    new BatchNorm2d(channels, { backend: weights.backend }),
    new ReLU(),
  ];
  return new Sequential(...Array.from({ length: layers }, makeLayer).flat());
}
