import type { Extent, LpPoolOptions, Rank, Tensor } from "@evenkeel/tensor";
import { checkPoolOptions, lpPool1d, lpPool2d } from "@evenkeel/tensor";
import {
  anything,
  checkOptions,
  checkValue,
  perDimension,
  positive,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";
import { describeWindow, toList } from "./windows.ts";

/** The base class of pooling by power means. */
abstract class LPPool extends Module {
  readonly normType: number;
  readonly kernel: Extent;
  readonly options: LpPoolOptions;
  private readonly name: string;
  private readonly rank: Rank;

  constructor(name: string, rank: Rank, normType: number, kernel: Extent, options: LpPoolOptions) {
    super();
    checkValue(`${name}: normType`, normType, positive);
    checkValue(`${name}: kernel`, kernel, perDimension(positiveInteger, rank));
    checkOptions<LpPoolOptions>(name, options, { stride: anything, ceilMode: yesOrNo });
    checkPoolOptions(name, rank, kernel, options);
    this.name = name;
    this.rank = rank;
    this.normType = normType;
    this.kernel = kernel;
    this.options = { ...options };
  }

  override describe(): string {
    const { name, rank, normType, kernel, options } = this;
    return `${name} ${normType}, ${describeWindow(toList(kernel, rank), options)}`;
  }
}

/**
 * The power mean of each window of sequences, without the division by its size: (sum of x^p)^(1/p), where p is `normType`.
 *
 * Shapes: [n, c, w] -> [n, c, windows]. Throws ArgumentError for invalid sizes, and a power that is not positive.
 *
 * @example new LPPool1d(2, 3, { stride: 2 })
 */
export class LPPool1d extends LPPool {
  constructor(normType: number, kernel: Extent, options: LpPoolOptions = {}) {
    super("LPPool1d", 1, normType, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => lpPool1d(x, this.normType, this.kernel, this.options));
  }
}

/**
 * The power mean of each window of images, without the division by its size: (sum of x^p)^(1/p), where p is `normType`.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns]. Throws ArgumentError for invalid sizes, and a power that is not positive.
 *
 * @example new LPPool2d(2, 3, { stride: 2 })
 */
export class LPPool2d extends LPPool {
  constructor(normType: number, kernel: Extent, options: LpPoolOptions = {}) {
    super("LPPool2d", 2, normType, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => lpPool2d(x, this.normType, this.kernel, this.options));
  }
}
