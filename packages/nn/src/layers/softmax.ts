import type { Axes, Tensor } from "@evenkeel/tensor";
import { formatShape, glu, logSoftmax, ShapeError, softmax, softmin } from "@evenkeel/tensor";
import { axes, checkOptions, integer } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

export interface SoftmaxLayerOptions {
  /** One axis, or several that are taken together. Default: the last, whatever the rank. */
  readonly axis?: Axes;
}

/** The base class of layers that normalize along an axis. */
abstract class AlongAxes extends Module {
  readonly axis: Axes;

  constructor(name: string, options: SoftmaxLayerOptions) {
    super();
    checkOptions<SoftmaxLayerOptions>(name, options, { axis: axes });
    const { axis = -1 } = options;
    this.axis = axis;
  }
}

/**
 * Positive weights that sum to 1 along an axis, proportional to exp(x). `crossEntropy` takes logits: no softmax belongs before it.
 *
 * @example new Softmax({ axis: 1 })
 */
export class Softmax extends AlongAxes {
  constructor(options: SoftmaxLayerOptions = {}) {
    super("Softmax", options);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => softmax(x, { axis: this.axis }));
  }
}

/** The logarithm of `Softmax`, as `nll` expects it. */
export class LogSoftmax extends AlongAxes {
  constructor(options: SoftmaxLayerOptions = {}) {
    super("LogSoftmax", options);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => logSoftmax(x, { axis: this.axis }));
  }
}

/** `Softmax` of -x. */
export class Softmin extends AlongAxes {
  constructor(options: SoftmaxLayerOptions = {}) {
    super("Softmin", options);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => softmin(x, { axis: this.axis }));
  }
}

/**
 * The softmax over the channels of each pixel.
 *
 * Shapes: [n, c, h, w] or [c, h, w] -> the same.
 */
export class Softmax2d extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => {
      if (x.rank !== 3 && x.rank !== 4) {
        throw new ShapeError(`found ${formatShape(x.shape)}, expected [n, c, h, w] or [c, h, w]`);
      }
      return softmax(x, { axis: -3 });
    });
  }
}

/**
 * The first half of x along an axis, times the sigmoid of the second half.
 *
 * Shapes: [..., 2 n, ...] -> [..., n, ...].
 *
 * @example new GLU({ axis: 1 })
 */
export class GLU extends Module {
  readonly axis: number;

  constructor(options: { readonly axis?: number } = {}) {
    super();
    checkOptions<typeof options>("GLU", options, { axis: integer });
    const { axis = -1 } = options;
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => glu(x, { axis: this.axis }));
  }
}
