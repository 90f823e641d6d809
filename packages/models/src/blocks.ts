import type { Module } from "@evenkeel/nn";
import { BatchNorm1d, BatchNorm2d, Conv2d, init, Linear, ReLU } from "@evenkeel/nn";
import type { PartOptions } from "./model-options.ts";

/**
 * A convolution, a batch norm if the model uses them, and ReLU. Weights are drawn as in He et al. 2015, with fanOut as in
 * torchvision.
 */
export function convBlock(
  inChannels: number,
  channels: number,
  kernel: number,
  padding: number,
  { normalization, seed, backend }: PartOptions,
): Module[] {
  const hasNorm = normalization === "batch";
  const convolution = new Conv2d(inChannels, channels, kernel, {
    padding,
    bias: !hasNorm,
    seed,
    backend,
    weightInit: init.kaimingNormal({ mode: "fanOut", nonlinearity: "relu" }),
    biasInit: init.zeros,
  });
  const norms = hasNorm ? [new BatchNorm2d(channels, { backend })] : [];
  return [convolution, ...norms, new ReLU()];
}

/** A linear layer, a batch norm if the model uses them, and ReLU. Weights are drawn as in He et al. 2015. */
export function linearBlock(
  inputs: number,
  outputs: number,
  { normalization, seed, backend }: PartOptions,
): Module[] {
  const hasNorm = normalization === "batch";
  const linear = new Linear(inputs, outputs, {
    bias: !hasNorm,
    seed,
    backend,
    weightInit: init.kaimingNormal({ nonlinearity: "relu" }),
    biasInit: init.zeros,
  });
  const norms = hasNorm ? [new BatchNorm1d(outputs, { backend })] : [];
  return [linear, ...norms, new ReLU()];
}
