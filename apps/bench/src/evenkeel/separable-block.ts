import {
  BatchNorm2d,
  Conv2d,
  GlobalAveragePool,
  Linear,
  type Module,
  ReLU,
  Sequential,
  type WeightOptions,
} from "@evenkeel/nn";
import { sampleShapes } from "../core/task.ts";

/** A depthwise and a pointwise convolution of MobileNet (Howard et al. 2017), with a classifier. */
export function makeSeparableBlock({
  classes,
  ...shared
}: WeightOptions & { readonly classes: number }): Module {
  const channels = sampleShapes["separable-block"][0]!;
  const { backend } = shared;
  return new Sequential(
    new Conv2d(channels, channels, 3, { padding: 1, groups: channels, bias: false, ...shared }),
    new BatchNorm2d(channels, { backend }),
    new ReLU(),
    new Conv2d(channels, channels, 1, { bias: false, ...shared }),
    new BatchNorm2d(channels, { backend }),
    new ReLU(),
    new GlobalAveragePool(),
    new Linear(channels, classes, shared),
  );
}
