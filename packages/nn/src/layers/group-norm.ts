import { groupNorm } from "@evenkeel/batchnorm/norms";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { formatShape, ones, ShapeError, zeros } from "@evenkeel/tensor";
import {
  aBackend,
  checkOptions,
  checkValue,
  nonNegative,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { compute } from "./layer.ts";
import { checkGroups } from "./windows.ts";

/** The options of `GroupNorm`; the defaults are PyTorch's. */
export interface GroupNormLayerOptions {
  /** Added to the variance before the square root is taken; default 1e-5. */
  readonly epsilon?: number;
  /** Whether each channel has a trainable scale and shift; default true. */
  readonly affine?: boolean;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/**
 * Group norm: every sample is normalized by the mean and variance of each group of its channels, in training and evaluation mode
 * alike, so the size of the batch does not matter.
 *
 * Shapes: [n, channels, ...] -> the same; weight and bias [channels]. Throws ShapeError for other inputs, ArgumentError for a
 * number of groups that does not divide the channels.
 *
 * @example new GroupNorm(4, 8).forward(ones([2, 8, 5, 5])) // -> [2, 8, 5, 5]
 */
export class GroupNorm extends Module {
  readonly scale: Parameter | undefined;
  readonly shift: Parameter | undefined;
  readonly groups: number;
  readonly channels: number;
  readonly epsilon: number;

  constructor(groups: number, channels: number, options: GroupNormLayerOptions = {}) {
    super();
    checkValue("GroupNorm: groups", groups, positiveInteger);
    checkValue("GroupNorm: channels", channels, positiveInteger);
    checkGroups("GroupNorm", [channels], groups);
    checkOptions<GroupNormLayerOptions>("GroupNorm", options, {
      epsilon: nonNegative,
      affine: yesOrNo,
      backend: aBackend,
    });
    const { epsilon = 1e-5, affine = true, backend } = options;
    this.groups = groups;
    this.channels = channels;
    this.epsilon = epsilon;
    if (!affine) return;
    this.scale = new Parameter(ones([channels], { backend }), { name: "weight", decayed: false });
    this.shift = new Parameter(zeros([channels], { backend }), { name: "bias", decayed: false });
  }

  get normalizes(): "group" {
    return "group";
  }

  forward(x: Tensor): Tensor {
    const { channels, epsilon } = this;
    return compute(this, x, () => {
      if (x.shape[1] !== channels) {
        throw new ShapeError(`found ${formatShape(x.shape)}, expected [n, ${channels}, ...]`);
      }
      return groupNorm(x, this.groups, { scale: this.scale?.value, shift: this.shift?.value, epsilon });
    });
  }

  override describe(): string {
    return `GroupNorm ${this.channels} in ${this.groups} groups`;
  }
}
