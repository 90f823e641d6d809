import { convnet, lenet, mlp, resnet18, resnet20, resnet50, vgg } from "@evenkeel/models";
import type { Module } from "@evenkeel/nn";
import type { Data } from "../data.ts";
import type { InputForm } from "../images/data-part.ts";
import type { Normalization, Options } from "../options.ts";

interface NetworkSetting {
  readonly inChannels: number;
  readonly imageSize: number;
  readonly classes: number;
  readonly normalization: Normalization;
  readonly seed: number;
  /** The channels of the first stage of ResNet-20. */
  readonly width: number;
}

const builders: { readonly [Name in Options["model"]]: (setting: NetworkSetting) => Module } = {
  convnet: ({ width, ...setting }) => convnet(setting),
  lenet: ({ width, ...setting }) => lenet(setting),
  vgg: ({ imageSize, width, ...setting }) => vgg(setting),
  resnet20: ({ imageSize, ...setting }) => resnet20(setting),
  resnet18: ({ imageSize, width, ...setting }) => resnet18(setting),
  resnet50: ({ imageSize, width, ...setting }) => resnet50(setting),
  mlp: ({ inChannels, imageSize, width, ...setting }) =>
    mlp({ ...setting, inputs: inChannels * imageSize ** 2 }),
};

/** What the network is made from besides the options, and what its inputs are. */
export interface Description extends InputForm {
  readonly classes: readonly string[];
}

export const describeNetwork = ({ train, imageShape, statistics, shorterSide }: Data): Description => ({
  ...{ imageShape, statistics, shorterSide },
  classes: train.classes,
});

/** The network that the options select, for images of the described shape; both arms have the same initial weights. */
export function makeNetwork(
  { imageShape: [inChannels, imageSize], classes }: Pick<Description, "imageShape" | "classes">,
  { model, seed, width }: Pick<Options, "model" | "seed" | "width">,
  normalization: Normalization,
): Module {
  return builders[model]({ inChannels, imageSize, classes: classes.length, normalization, seed, width });
}
