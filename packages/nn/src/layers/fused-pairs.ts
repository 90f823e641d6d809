import type { BatchNormOptions, BatchNormResult } from "@evenkeel/batchnorm";
import { conv2dBatchNorm } from "@evenkeel/batchnorm";
import type { ConvolutionOptions, Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import type { BatchNormEpilogue } from "./epilogue.ts";

interface FusibleLayer {
  /** Throws ShapeError unless the layer accepts x. */
  checkInput(x: Tensor): void;
}

/** A call of `conv2d`, as data. */
export interface FusibleConv2d extends FusibleLayer {
  readonly kind: "conv2d";
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly geometry: Omit<ConvolutionOptions, "activation">;
  /** Of a layer whose tensors, the weight too, are seen as images: to and fro. */
  readonly views?: { toImages(x: Tensor): Tensor; fromImages(y: Tensor): Tensor };
}

/** A call of `batchNorm` in training mode, as data. */
export interface FusibleBatchNorm extends FusibleLayer {
  readonly kind: "batchNorm";
  readonly channels: number;
  options(epilogue: BatchNormEpilogue): BatchNormOptions;
  /** Stores the new running statistics and returns y. */
  adopt(result: BatchNormResult): Tensor;
}

/** The computation of a layer as data. Layers are fused by it, whatever their classes. */
export type Fusible = FusibleConv2d | FusibleBatchNorm;

/** Two layers that run as one operation. */
export interface FusedPair<Front extends Fusible = Fusible, Behind extends Fusible = Fusible> {
  readonly front: Front["kind"];
  readonly behind: Behind["kind"];
  /** Undefined if the layers do not fit each other; run separately, they throw an error that says why. */
  run(x: Tensor, front: Front, behind: Behind, epilogue: BatchNormEpilogue): Tensor | undefined;
}

// The table of pairs. Each row is a separate export, which one of the layers imports, so a program without that layer does not
// download the operation. Activations have no rows: an activation is the epilogue of any `FusingModule` before it.

/** A convolution that also computes the statistics of the following batch norm, where that is faster. */
export const conv2dAndBatchNorm: FusedPair<FusibleConv2d, FusibleBatchNorm> = {
  front: "conv2d",
  behind: "batchNorm",
  run: (x, { weight, bias, geometry, views }, norm, epilogue) => {
    if (weight.shape[0] !== norm.channels) return undefined;
    const convolution = { bias, convolution: geometry };
    if (!views) return norm.adopt(conv2dBatchNorm(x, weight, { ...norm.options(epilogue), ...convolution }));
    return scope(() => {
      const residual = epilogue.residual && views.toImages(epilogue.residual);
      const options = { ...norm.options({ ...epilogue, residual }), ...convolution };
      const result = conv2dBatchNorm(views.toImages(x), views.toImages(weight), options);
      return views.fromImages(norm.adopt(result));
    });
  },
};
