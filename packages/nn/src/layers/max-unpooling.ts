import type { Extent, MaxUnpoolOptions, Rank, Shape, Tensor } from "@evenkeel/tensor";
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from "@evenkeel/tensor";
import {
  checkOptions,
  checkValue,
  nonNegativeInteger,
  perDimension,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";
import { describeWindow, toList } from "./windows.ts";

type UnpoolOptions = Omit<MaxUnpoolOptions, "outputSize">;

/** The base class of the partial inverses of max pooling. */
abstract class MaxUnpool extends Module<[x: Tensor, indices: Tensor, outputSize?: Shape], Tensor> {
  readonly kernel: Extent;
  readonly options: UnpoolOptions;
  private readonly name: string;
  private readonly rank: Rank;

  constructor(name: string, rank: Rank, kernel: Extent, options: UnpoolOptions) {
    super();
    checkValue(`${name}: kernel`, kernel, perDimension(positiveInteger, rank));
    checkOptions<UnpoolOptions>(name, options, {
      stride: perDimension(positiveInteger, rank),
      padding: perDimension(nonNegativeInteger, rank),
    });
    this.name = name;
    this.rank = rank;
    this.kernel = kernel;
    this.options = { ...options };
  }

  override describe(): string {
    return `${this.name} ${describeWindow(toList(this.kernel, this.rank), this.options)}`;
  }
}

/**
 * The maxima that `MaxPool1d.forwardWithIndices` found at their positions, and zeros elsewhere. The options are those of the
 * pooling; `outputSize` is the size of its input, where several sizes give as many windows.
 *
 * Shapes: [n, c, windows] -> [n, c, w]. Throws ArgumentError for invalid sizes.
 *
 * @example
 * const {values, indices} = new MaxPool1d(2).forwardWithIndices(x);
 * const y = new MaxUnpool1d(2).forward(values, indices);
 */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernel: Extent, options: UnpoolOptions = {}) {
    super("MaxUnpool1d", 1, kernel, options);
  }

  forward(x: Tensor, indices: Tensor, outputSize?: Shape): Tensor {
    const options = { ...this.options, outputSize };
    return compute(this, x, () => maxUnpool1d(x, indices, this.kernel, options));
  }
}

/**
 * The maxima that `MaxPool2d.forwardWithIndices` found at their positions, and zeros elsewhere. The options are those of the
 * pooling; `outputSize` is the size of its input, where several sizes give as many windows.
 *
 * Shapes: [n, c, rows, columns] -> [n, c, h, w]. Throws ArgumentError for invalid sizes.
 *
 * @example
 * const {values, indices} = new MaxPool2d(2).forwardWithIndices(x);
 * const y = new MaxUnpool2d(2).forward(values, indices);
 */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernel: Extent, options: UnpoolOptions = {}) {
    super("MaxUnpool2d", 2, kernel, options);
  }

  forward(x: Tensor, indices: Tensor, outputSize?: Shape): Tensor {
    const options = { ...this.options, outputSize };
    return compute(this, x, () => maxUnpool2d(x, indices, this.kernel, options));
  }
}

/**
 * The maxima that `MaxPool3d.forwardWithIndices` found at their positions, and zeros elsewhere. The options are those of the
 * pooling; `outputSize` is the size of its input, where several sizes give as many windows.
 *
 * Shapes: [n, c, planes, rows, columns] -> [n, c, d, h, w]. Throws ArgumentError for invalid sizes.
 *
 * @example
 * const {values, indices} = new MaxPool3d(2).forwardWithIndices(x);
 * const y = new MaxUnpool3d(2).forward(values, indices);
 */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernel: Extent, options: UnpoolOptions = {}) {
    super("MaxUnpool3d", 3, kernel, options);
  }

  forward(x: Tensor, indices: Tensor, outputSize?: Shape): Tensor {
    const options = { ...this.options, outputSize };
    return compute(this, x, () => maxUnpool3d(x, indices, this.kernel, options));
  }
}
