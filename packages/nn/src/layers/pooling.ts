import type { AvgPoolOptions, Extent, PoolOptions, Tensor } from "@evenkeel/tensor";
import { ArgumentError, avgPool2d, globalAveragePool, maxPool2d } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  checkOptions,
  checkValue,
  describeValue,
  nonNegativeInteger,
  perDimension,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";
import { describeWindow, toList } from "./windows.ts";

const sizes = /* @__PURE__ */ perDimension(positiveInteger, 2);
const margins = /* @__PURE__ */ perDimension(nonNegativeInteger, 2);
const poolRules: Rules<PoolOptions> = { stride: sizes, padding: margins, ceilMode: yesOrNo };

/** The base class of pooling layers: a window that moves over images. */
abstract class Pool<Options extends PoolOptions> extends Module {
  readonly kernel: Extent;
  readonly options: Options;
  private readonly name: string;

  constructor(name: string, kernel: Extent, options: Options, rules: Rules<Options>) {
    super();
    checkValue(`${name}: kernel`, kernel, sizes);
    checkOptions(name, options, rules);
    const { padding = 0 } = options;
    const window = toList(kernel, 2);
    if (toList(padding, 2).some((size, axis) => 2 * size > window[axis]!)) {
      throw new ArgumentError(
        `${name}: padding: found ${describeValue(padding)}, expected at most half of the kernel, ${describeValue(kernel)}`,
      );
    }
    this.name = name;
    this.kernel = kernel;
    this.options = { ...options };
  }

  override describe(): string {
    return `${this.name} ${describeWindow(toList(this.kernel, 2), this.options)}`;
  }
}

/**
 * The maximum of each window. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new MaxPool2d(3, { stride: 2, padding: 1 })
 */
export class MaxPool2d extends Pool<PoolOptions> {
  constructor(kernel: Extent, options: PoolOptions = {}) {
    super("MaxPool2d", kernel, options, poolRules);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => maxPool2d(x, this.kernel, this.options));
  }
}

/**
 * The mean of each window. By default, windows do not overlap: the stride is the size of the window.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new AvgPool2d(2)
 */
export class AvgPool2d extends Pool<AvgPoolOptions> {
  constructor(kernel: Extent, options: AvgPoolOptions = {}) {
    super("AvgPool2d", kernel, options, { ...poolRules, countIncludePad: yesOrNo });
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => avgPool2d(x, this.kernel, this.options));
  }
}

/**
 * The mean over all positions: PyTorch's `AdaptiveAvgPool2d(1)` followed by `Flatten`.
 *
 * Shapes: [n, c, ...] -> [n, c].
 */
export class GlobalAveragePool extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => globalAveragePool(x));
  }
}
