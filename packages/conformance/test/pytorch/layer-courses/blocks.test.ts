import {
  BasicBlock,
  Bottleneck,
  Conv2dNormActivation,
  DepthwiseSeparableConv2d,
  Hardsigmoid,
  Hardswish,
  InvertedResidual,
  SiLU,
  SqueezedInvertedResidual,
  SqueezeExcitation,
} from "@evenkeel/nn";
import { compareModules } from "../compare-modules.ts";
import { layer, withConstants } from "./layer.ts";

const seed = 1;
const images = [3, 4, 5, 6];

compareModules("courses of blocks", [
  layer("BasicBlock(4, 4)", () => new BasicBlock(4, 4, { seed }), images),
  layer("BasicBlock(4, 6, 2)", () => new BasicBlock(4, 6, { stride: 2, seed }), images),
  layer(
    "BasicBlock(4, 6, 2, padded=True)",
    () => new BasicBlock(4, 6, { stride: 2, shortcut: "padding", seed }),
    images,
  ),
  layer(
    "BasicBlock(4, 6, 2, normed=False)",
    () => new BasicBlock(4, 6, { stride: 2, normalization: "none", seed }),
    images,
  ),
  layer("Bottleneck(4, 8, 2, 2)", () => new Bottleneck(4, 8, { stride: 2, seed }), images),
  layer("Bottleneck(4, 4, 6, groups=3)", () => new Bottleneck(4, 4, { width: 6, groups: 3, seed }), images),
  layer("InvertedResidual(4, 4, 2)", () => new InvertedResidual(4, 4, { expansion: 2, seed }), images),
  layer(
    "InvertedResidual(4, 6, 1, 2, 5)",
    () => new InvertedResidual(4, 6, { expansion: 1, stride: 2, kernel: 5, seed }),
    images,
  ),
  // PyTorch 1.13 keeps the constants of hard activations in f32.
  withConstants(
    layer(
      "SqueezedInvertedResidual(4, 4, 8, 3, nn.Hardswish)",
      () =>
        new SqueezedInvertedResidual(4, 4, {
          hidden: 8,
          squeeze: 3,
          activation: () => new Hardswish(),
          seed,
        }),
      images,
    ),
  ),
  layer(
    "SqueezedInvertedResidual(4, 5, 6, None, nn.ReLU, 2)",
    () => new SqueezedInvertedResidual(4, 5, { hidden: 6, stride: 2, seed }),
    images,
  ),
  layer("SqueezeExcitation(4, 2)", () => new SqueezeExcitation(4, 2, { seed }), images),
  withConstants(
    layer(
      "SqueezeExcitation(4, 2, F.hardsigmoid)",
      () => new SqueezeExcitation(4, 2, { scaleActivation: () => new Hardsigmoid(), seed }),
      images,
    ),
  ),
  layer(
    "conv_norm(4, 6, 3, 2, 2, nn.SiLU)",
    () => new Conv2dNormActivation(4, 6, { stride: 2, groups: 2, activation: () => new SiLU(), seed }),
    images,
  ),
  layer("conv_norm(4, 5, dilation=2)", () => new Conv2dNormActivation(4, 5, { dilation: 2, seed }), images),
  layer(
    "nn.Sequential(*conv_norm(4, 4, 3, 2, 4), *conv_norm(4, 6, 1))",
    () => new DepthwiseSeparableConv2d(4, 6, { stride: 2, seed }),
    images,
  ),
]);
