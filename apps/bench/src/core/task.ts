/**
 * What a subject has to compute, as plain data, so that subjects in this process and in others read the same. Images
 * are [n, c, h, w], filters [o, c, kh, kw]; convolutions have stride 1 and keep the size of the image.
 */
export type Task = BatchNormTask | MatmulTask | ConvolutionTask | ReluQueueTask | TrainingStepTask;

/**
 * Batch norm in training mode, including the running statistics.
 *  Inputs: x, scale, shift, runningMean, runningVariance, dy, residual. Results: y, runningMean, runningVariance; for
 * `forward-backward` also dx, dScale, dShift and, with a residual, dResidual.
 */
export interface BatchNormTask {
  readonly kind: "batch-norm";
  readonly shape: readonly number[];
  readonly pass: "forward" | "forward-backward";
  readonly epilogue: "none" | "relu" | "add-relu";
}

/** Inputs: a [m, k] and b [k, n]. Result: `product`. */
export interface MatmulTask {
  readonly kind: "matmul";
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** Inputs: x, weight, dy. Result: y, dx or dWeight. */
export interface ConvolutionTask {
  readonly kind: "convolution";
  readonly pass: "forward" | "input-gradient" | "filter-gradient";
  readonly image: readonly [n: number, c: number, h: number, w: number];
  readonly filters: number;
  readonly taps: number;
}

/** `launches` times y = max(x, 0), each with the same x. Input: x. Result: y. */
export interface ReluQueueTask {
  readonly kind: "relu-queue";
  readonly launches: number;
  readonly elements: number;
  /** Whether the launches go directly to the device, or are calls of the public function. */
  readonly through: "device" | "function";
}

/**
 * Forward, cross-entropy, backward and an update by SGD with momentum 0.9. Inputs: `images`, `labels`, and every
 * parameter and buffer under PyTorch's name with the prefix `model.`. Results: `losses` of the first steps, and
 * `weight`, the last layer's weight after them.
 */
export interface TrainingStepTask {
  readonly kind: "training-step";
  readonly model: ModelName;
  readonly batch: number;
  /** Runs convolutions and batch norms as separate operations. Only Evenkeel supports this. */
  readonly isApart?: boolean;
}

/**
 * `resnet18-small` is ResNet-18 for small images: its stem is a 3x3 convolution of stride 1, without pooling.
 * `transformer-block` is one layer of an encoder (Vaswani et al. 2017, with the norm after the sum), `separable-block` a
 * depthwise 3x3 and a pointwise convolution, each with batch norm and ReLU (MobileNet, Howard et al. 2017). Both end in a mean
 * over the positions and a linear layer.
 */
export type ModelName =
  | "mlp"
  | "resnet20"
  | "resnet18-small"
  | "resnet18"
  | "transformer-block"
  | "separable-block";

/** The shape of a sample: channels, height and width of an image, or the length and width of a sequence. */
export const sampleShapes: { readonly [model in ModelName]: readonly number[] } = {
  mlp: [1, 28, 28],
  resnet20: [3, 32, 32],
  "resnet18-small": [3, 32, 32],
  resnet18: [3, 224, 224],
  "transformer-block": [32, 256],
  "separable-block": [64, 28, 28],
};

/** An array in host memory. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

export interface Inputs {
  readonly [name: string]: HostArray;
}

export interface Results {
  readonly [name: string]: Float32Array;
}

/** The settings that all training steps share. */
export const training = { learningRate: 0.01, momentum: 0.9, checkedSteps: 3, classes: 10 } as const;

/** The sizes of the encoder layer. */
export const transformer = { width: 256, heads: 4, hidden: 1024 } as const;

/** The layers of the MLP. */
export const perceptron = { inputs: 784, hidden: [512, 512] } as const;
