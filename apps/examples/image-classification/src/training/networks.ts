import type { ImageSet } from "@evenkeel/datasets";
import { convnet, lenet, mlp, resnet20, vgg } from "@evenkeel/models";
import type { Module } from "@evenkeel/nn";
import type { Normalization, Options } from "../options.ts";

interface NetworkSetting {
  readonly inChannels: number;
  readonly imageSize: number;
  readonly classes: number;
  readonly normalization: Normalization;
  readonly seed: number;
}

const builders: { readonly [Name in Options["model"]]: (setting: NetworkSetting) => Module } = {
  convnet,
  lenet,
  vgg: ({ imageSize, ...setting }) => vgg(setting),
  resnet20: ({ imageSize, ...setting }) => resnet20(setting),
  mlp: ({ inChannels, imageSize, ...setting }) => mlp({ ...setting, inputs: inChannels * imageSize ** 2 }),
};

/** The network that the options select, for images of the set's shape; both arms have the same initial weights. */
export function buildNetwork(
  { model, seed }: Options,
  normalization: Normalization,
  { imageShape: [inChannels, imageSize], classes }: ImageSet,
): Module {
  return builders[model]({ inChannels, imageSize, classes: classes.length, normalization, seed });
}
