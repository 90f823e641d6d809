import type { BatchNormOptions, BatchNormResult } from "@evenkeel/batchnorm";
import { conv2dBatchNorm } from "@evenkeel/batchnorm";
import type { ConvolutionOptions, Tensor } from "@evenkeel/tensor";
import type { BatchNormEpilogue } from "./epilogue.ts";

interface FusibleLayer {
  /** Throws ShapeError unless the layer takes x. */
  checkInput(x: Tensor): void;
}

/** `conv2d`, as a layer calls it. */
export interface FusibleConv2d extends FusibleLayer {
  readonly kind: "conv2d";
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly geometry: Omit<ConvolutionOptions, "activation">;
}

/** `batchNorm` in training, as a layer calls it. */
export interface FusibleBatchNorm extends FusibleLayer {
  readonly kind: "batchNorm";
  readonly channels: number;
  options(epilogue: BatchNormEpilogue): BatchNormOptions;
  /** Stores the new running statistics and returns y. */
  adopt(result: BatchNormResult): Tensor;
}

/** What a layer computes, as data: layers are joined by it, whatever their classes. */
export type Fusible = FusibleConv2d | FusibleBatchNorm;

/** Two layers that run as one operation. */
export interface FusedPair<Front extends Fusible = Fusible, Behind extends Fusible = Fusible> {
  readonly front: Front["kind"];
  readonly behind: Behind["kind"];
  /** Undefined for layers that do not fit each other, whose own errors say why. */
  run(x: Tensor, front: Front, behind: Behind, epilogue: BatchNormEpilogue): Tensor | undefined;
}

// The table of pairs. Each row is an export of its own, which the layer behind imports: a program without that layer does not
// download the operation. An activation has no row: it is the epilogue of any `FusingModule` in front of it.

/** A convolution that also computes the statistics of the batch norm behind it, where that is faster. */
export const conv2dAndBatchNorm: FusedPair<FusibleConv2d, FusibleBatchNorm> = {
  front: "conv2d",
  behind: "batchNorm",
  run: (x, { weight, bias, geometry }, norm, epilogue) =>
    weight.shape[0] === norm.channels
      ? norm.adopt(conv2dBatchNorm(x, weight, { ...norm.options(epilogue), bias, convolution: geometry }))
      : undefined,
};
