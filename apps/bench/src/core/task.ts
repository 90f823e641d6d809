/**
 * What a subject has to compute, as plain data, so that subjects in this process and in others read the same. Images
 * are [n, c, h, w], filters [o, c, kh, kw]; convolutions have stride 1 and keep the size of the image.
 */
export type Task =
  | BatchNormTask
  | MatmulTask
  | ConvolutionTask
  | ReluQueueTask
  | MaskedSoftmaxTask
  | ModelTask;

/** Tasks whose inputs include every parameter and buffer under PyTorch's name with the prefix `model.`. */
export type ModelTask = TrainingStepTask | FitTask | InferenceTask | AttentionTask | RecurrentTask;

const modelKinds: readonly Task["kind"][] = ["training-step", "fit", "inference", "attention", "recurrent"];

export const hasModel = (task: Task): task is ModelTask => modelKinds.includes(task.kind);

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
 * softmax(scale x) over the last axis, of [n, heads, queries, keys] scores of which only those where the mask is 1 count. Inputs: x,
 * dy, and `mask`, [queries, keys] for `causal` and [n, 1, 1, keys] for `padding`. Results: y, and dx for `forward-backward`.
 */
export interface MaskedSoftmaxTask {
  readonly kind: "masked-softmax";
  readonly shape: readonly [n: number, heads: number, queries: number, keys: number];
  readonly pass: "forward" | "forward-backward";
  readonly mask: "causal" | "padding";
  readonly scale: number;
  /** Composed of a product, a selection and a softmax. Only Evenkeel supports both. */
  readonly isComposed?: boolean;
}

/**
 * Forward, cross-entropy, backward and an update by SGD with momentum 0.9. Inputs: `images`, `labels` and the state of the model.
 * Results: `losses` of the first steps, and `weight`, the last layer's weight after them.
 */
export interface TrainingStepTask {
  readonly kind: "training-step";
  readonly model: ModelName;
  readonly batch: number;
  /** Runs convolutions and batch norms as separate operations. Only Evenkeel supports this. */
  readonly isApart?: boolean;
}

/** The same steps as `fit` runs them, with and without the guards against values that are not finite. Only Evenkeel supports this. */
export interface FitTask {
  readonly kind: "fit";
  readonly model: ModelName;
  readonly batch: number;
  readonly isGuarded: boolean;
}

/**
 * A forward pass with running statistics that are not trivial, with every batch norm folded into the convolution before it or as it
 * is. `conv-stack` are convolutions, each with batch norm and ReLU. Inputs: `images` and the state of the model. Result: y.
 */
export interface InferenceTask {
  readonly kind: "inference";
  readonly model: "resnet20" | "conv-stack";
  readonly batch: number;
  /** Only Evenkeel supports both. */
  readonly isFolded: boolean;
}

/**
 * Attention of a sequence to itself by heads, forward and backward. Inputs: x and dy [batch, length, width] and the state of the
 * layer. Results: y, dx, and the gradient of each parameter under its name after `gradient `.
 */
export interface AttentionTask {
  readonly kind: "attention";
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  readonly heads: number;
}

/** A recurrent layer, forward and backward. Inputs: x [length, batch, inputs], dy [length, batch, size]; otherwise as attention. */
export interface RecurrentTask {
  readonly kind: "recurrent";
  readonly cell: "lstm" | "gru";
  readonly length: number;
  readonly batch: number;
  readonly inputs: number;
  readonly size: number;
}

/**
 * `resnet18-small` is ResNet-18 for small images: its stem is a 3x3 convolution of stride 1, without pooling.
 * `resnet50-small` is ResNet-50 itself on small images, for a check.
 * `transformer-block` is one layer of an encoder (Vaswani et al. 2017, with the norm after the sum), `separable-block` a
 * depthwise 3x3 and a pointwise convolution, each with batch norm and ReLU (MobileNet, Howard et al. 2017). Both end in a mean
 * over the positions and a linear layer.
 */
export type ModelName =
  | "mlp"
  | "resnet20"
  | "resnet18-small"
  | "resnet18"
  | "resnet50-small"
  | "resnet50"
  | "transformer-block"
  | "separable-block";

/** The shape of a sample: channels, height and width of an image, or the length and width of a sequence. */
export const sampleShapes: { readonly [model in ModelName]: readonly number[] } = {
  mlp: [1, 28, 28],
  resnet20: [3, 32, 32],
  "resnet18-small": [3, 32, 32],
  resnet18: [3, 224, 224],
  "resnet50-small": [3, 64, 64],
  resnet50: [3, 224, 224],
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

/** The convolutions of `conv-stack`, 3x3 on images of this size. */
export const convStack = { channels: 64, layers: 3, size: 28 } as const;

/** The layers of the MLP. */
export const perceptron = { inputs: 784, hidden: [512, 512] } as const;
