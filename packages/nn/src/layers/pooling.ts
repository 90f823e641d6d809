import type { AvgPoolOptions, Extent, IndexedMaxima, MaxPoolOptions, Rank, Tensor } from "@evenkeel/tensor";
import {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  checkPoolOptions,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  anything,
  checkOptions,
  checkValue,
  nonZero,
  perDimension,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";
import { describeWindow, toList } from "./windows.ts";

/** The base class of pooling layers: a window that moves over the last dimensions. */
abstract class Pool<Options extends object> extends Module {
  readonly kernel: Extent;
  readonly options: Options;
  private readonly name: string;
  private readonly rank: Rank;

  constructor(name: string, rank: Rank, kernel: Extent, options: Options, rules: Rules<Options>) {
    super();
    checkValue(`${name}: kernel`, kernel, perDimension(positiveInteger, rank));
    checkOptions(name, options, rules);
    const { stride, padding, dilation } = options as MaxPoolOptions;
    checkPoolOptions(name, rank, kernel, { stride, padding, dilation });
    this.name = name;
    this.rank = rank;
    this.kernel = kernel;
    this.options = { ...options };
  }

  override describe(): string {
    return `${this.name} ${describeWindow(toList(this.kernel, this.rank), this.options)}`;
  }
}

/** `checkPoolOptions` checks the values of the geometry. */
const maxPoolRules: Rules<MaxPoolOptions> = {
  stride: anything,
  padding: anything,
  dilation: anything,
  ceilMode: yesOrNo,
};

const avgPoolRules: Rules<AvgPoolOptions> = {
  stride: anything,
  padding: anything,
  ceilMode: yesOrNo,
  countIncludePad: yesOrNo,
  divisorOverride: nonZero,
};

/**
 * The maximum of each window of sequences. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, w] -> [n, c, windows]. Throws ArgumentError for invalid sizes.
 *
 * @example new MaxPool1d(3, { stride: 2, padding: 1 })
 */
export class MaxPool1d extends Pool<MaxPoolOptions> {
  constructor(kernel: Extent, options: MaxPoolOptions = {}) {
    super("MaxPool1d", 1, kernel, options, maxPoolRules);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => maxPool1d(x, this.kernel, this.options));
  }

  /** The maxima and their positions, for `MaxUnpool1d`: PyTorch's `return_indices`. */
  forwardWithIndices(x: Tensor): IndexedMaxima {
    return compute(this, x, () => maxPool1dWithIndices(x, this.kernel, this.options));
  }
}

/**
 * The maximum of each window of images. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new MaxPool2d(3, { stride: 2, padding: 1 })
 */
export class MaxPool2d extends Pool<MaxPoolOptions> {
  constructor(kernel: Extent, options: MaxPoolOptions = {}) {
    super("MaxPool2d", 2, kernel, options, maxPoolRules);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => maxPool2d(x, this.kernel, this.options));
  }

  /** The maxima and their positions, for `MaxUnpool2d`: PyTorch's `return_indices`. */
  forwardWithIndices(x: Tensor): IndexedMaxima {
    return compute(this, x, () => maxPool2dWithIndices(x, this.kernel, this.options));
  }
}

/**
 * The maximum of each window of volumes. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, d, h, w] -> [n, c, planes, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new MaxPool3d([1, 2, 2])
 */
export class MaxPool3d extends Pool<MaxPoolOptions> {
  constructor(kernel: Extent, options: MaxPoolOptions = {}) {
    super("MaxPool3d", 3, kernel, options, maxPoolRules);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => maxPool3d(x, this.kernel, this.options));
  }

  /** The maxima and their positions, for `MaxUnpool3d`: PyTorch's `return_indices`. */
  forwardWithIndices(x: Tensor): IndexedMaxima {
    return compute(this, x, () => maxPool3dWithIndices(x, this.kernel, this.options));
  }
}

/**
 * The mean of each window of sequences. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, w] -> [n, c, windows]. Throws ArgumentError for invalid sizes.
 *
 * @example new AvgPool1d(4)
 */
export class AvgPool1d extends Pool<AvgPoolOptions> {
  constructor(kernel: Extent, options: AvgPoolOptions = {}) {
    super("AvgPool1d", 1, kernel, options, avgPoolRules);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => avgPool1d(x, this.kernel, this.options));
  }
}

/**
 * The mean of each window of images. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new AvgPool2d(2)
 */
export class AvgPool2d extends Pool<AvgPoolOptions> {
  constructor(kernel: Extent, options: AvgPoolOptions = {}) {
    super("AvgPool2d", 2, kernel, options, avgPoolRules);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => avgPool2d(x, this.kernel, this.options));
  }
}

/**
 * The mean of each window of volumes. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, d, h, w] -> [n, c, planes, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new AvgPool3d(2)
 */
export class AvgPool3d extends Pool<AvgPoolOptions> {
  constructor(kernel: Extent, options: AvgPoolOptions = {}) {
    super("AvgPool3d", 3, kernel, options, avgPoolRules);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => avgPool3d(x, this.kernel, this.options));
  }
}
