import type { AnyModule, Module } from "@evenkeel/nn";
import { Conv1d, Conv2d, Conv3d, Linear, Sequential } from "@evenkeel/nn";
import type { PlainTensor } from "../ask-pytorch.ts";
import type { ModuleComparison } from "../run-module.ts";

type Input = readonly number[] | PlainTensor;

/** A module that takes all inputs at once; its expression is its name. */
export const layer = (
  pytorch: string,
  make: () => AnyModule,
  ...inputs: readonly Input[]
): ModuleComparison => ({ name: pytorch, pytorch, make, inputs });

/** A layer after a linear one, whose parameters a course changes through its gradient. */
export const afterLinear = (pytorch: string, make: () => Module, input: Input): ModuleComparison =>
  layer(
    `nn.Sequential(nn.Linear(5, 6), ${pytorch})`,
    () => new Sequential(new Linear(5, 6, { seed: 1 }), make()),
    input,
  );

const fronts = [Conv1d, Conv2d, Conv3d];
const spatial = [[9], [6, 7], [3, 4, 5]];

/** A layer of [2, channels, ...spatial] after a convolution with a window of one point. */
export const afterConvolution = (
  rank: 1 | 2 | 3,
  pytorch: string,
  make: () => Module,
  channels = 3,
): ModuleComparison =>
  layer(
    `nn.Sequential(nn.Conv${rank}d(2, ${channels}, 1), ${pytorch})`,
    () => new Sequential(new fronts[rank - 1]!(2, channels, 1, { seed: 1 }), make()),
    [2, 2, ...spatial[rank - 1]!],
  );

/**
 * For a layer with constants or tables in f32, on either side. One is wrong by up to 2^-24 of its size; up to six of them make a
 * value, or the sum of several that should be 1.
 */
export const withConstants = (comparison: ModuleComparison): ModuleComparison => ({
  ...comparison,
  float64Tolerance: 2 ** -21,
});
