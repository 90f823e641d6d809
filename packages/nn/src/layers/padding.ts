import type { PadOptions, Tensor } from "@evenkeel/tensor";
import { pad } from "@evenkeel/tensor";
import { checkValue, describeValue, either, finite, integer, listOf } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { checkInput, compute } from "./layer.ts";

/**
 * One width for all sides, or one for each in PyTorch's order, which begins with the last dimension: [left, right], [left, right,
 * top, bottom] or [left, right, top, bottom, front, back]. Negative widths take elements away.
 */
export type PaddingWidths = number | readonly number[];

const dimensions = ["d", "h", "w"];

/** The base class of layers that surround the last dimensions with other values. */
abstract class Padding extends Module {
  readonly padding: PaddingWidths;
  private readonly name: string;
  private readonly rank: number;
  private readonly options: PadOptions;

  constructor(name: string, rank: number, padding: PaddingWidths, options: PadOptions) {
    super();
    checkValue(`${name}: padding`, padding, either(integer, listOf(integer, 2 * rank)));
    this.padding = padding;
    this.name = name;
    this.rank = rank;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    const { padding, rank, options } = this;
    return compute(this, x, () => {
      checkInput(this, x, ["...", ...dimensions.slice(-rank)]);
      const widths = x.shape.map((_, axis): [number, number] => {
        if (axis < x.rank - rank) return [0, 0];
        if (typeof padding === "number") return [padding, padding];
        const first = 2 * (x.rank - 1 - axis);
        return [padding[first]!, padding[first + 1]!];
      });
      return pad(x, widths, options);
    });
  }

  override describe(): string {
    return `${this.name} ${describeValue(this.padding)}`;
  }
}

/**
 * Surrounds sequences with zeros; see `PaddingWidths`.
 *
 * Shapes: [..., w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ZeroPad1d(2)
 */
export class ZeroPad1d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ZeroPad1d", 1, padding, {});
  }
}

/**
 * Surrounds images with zeros; see `PaddingWidths`.
 *
 * Shapes: [..., h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ZeroPad2d([1, 1, 2, 0])
 */
export class ZeroPad2d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ZeroPad2d", 2, padding, {});
  }
}

/**
 * Surrounds volumes with zeros; see `PaddingWidths`.
 *
 * Shapes: [..., d, h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ZeroPad3d(1)
 */
export class ZeroPad3d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ZeroPad3d", 3, padding, {});
  }
}

/**
 * Surrounds sequences with a value; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., w] -> larger ones. Throws ArgumentError for widths that are none, or a value that is not finite.
 *
 * @example new ConstantPad1d(2, 0.5)
 */
export class ConstantPad1d extends Padding {
  constructor(padding: PaddingWidths, value: number) {
    checkValue("ConstantPad1d: value", value, finite);
    super("ConstantPad1d", 1, padding, { value });
  }
}

/**
 * Surrounds images with a value; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., h, w] -> larger ones. Throws ArgumentError for widths that are none, or a value that is not finite.
 *
 * @example new ConstantPad2d([1, 1, 2, 0], 0.5)
 */
export class ConstantPad2d extends Padding {
  constructor(padding: PaddingWidths, value: number) {
    checkValue("ConstantPad2d: value", value, finite);
    super("ConstantPad2d", 2, padding, { value });
  }
}

/**
 * Surrounds volumes with a value; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., d, h, w] -> larger ones. Throws ArgumentError for widths that are none, or a value that is not finite.
 *
 * @example new ConstantPad3d(1, 0.5)
 */
export class ConstantPad3d extends Padding {
  constructor(padding: PaddingWidths, value: number) {
    checkValue("ConstantPad3d: value", value, finite);
    super("ConstantPad3d", 3, padding, { value });
  }
}

/**
 * Surrounds sequences with their mirror image, without repeating the edge; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ReflectionPad1d(2)
 */
export class ReflectionPad1d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ReflectionPad1d", 1, padding, { mode: "reflect" });
  }
}

/**
 * Surrounds images with their mirror image, without repeating the edge; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ReflectionPad2d([1, 1, 2, 0])
 */
export class ReflectionPad2d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ReflectionPad2d", 2, padding, { mode: "reflect" });
  }
}

/**
 * Surrounds volumes with their mirror image, without repeating the edge; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., d, h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ReflectionPad3d(1)
 */
export class ReflectionPad3d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ReflectionPad3d", 3, padding, { mode: "reflect" });
  }
}

/**
 * Surrounds sequences with their edge; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ReplicationPad1d(2)
 */
export class ReplicationPad1d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ReplicationPad1d", 1, padding, { mode: "edge" });
  }
}

/**
 * Surrounds images with their edge; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ReplicationPad2d([1, 1, 2, 0])
 */
export class ReplicationPad2d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ReplicationPad2d", 2, padding, { mode: "edge" });
  }
}

/**
 * Surrounds volumes with their edge; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., d, h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new ReplicationPad3d(1)
 */
export class ReplicationPad3d extends Padding {
  constructor(padding: PaddingWidths) {
    super("ReplicationPad3d", 3, padding, { mode: "edge" });
  }
}

/**
 * Surrounds sequences with the other side; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new CircularPad1d(2)
 */
export class CircularPad1d extends Padding {
  constructor(padding: PaddingWidths) {
    super("CircularPad1d", 1, padding, { mode: "wrap" });
  }
}

/**
 * Surrounds images with the other side; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new CircularPad2d([1, 1, 2, 0])
 */
export class CircularPad2d extends Padding {
  constructor(padding: PaddingWidths) {
    super("CircularPad2d", 2, padding, { mode: "wrap" });
  }
}

/**
 * Surrounds volumes with the other side; see `PaddingWidths` and `pad`.
 *
 * Shapes: [..., d, h, w] -> larger ones. Throws ArgumentError for widths that are none.
 *
 * @example new CircularPad3d(1)
 */
export class CircularPad3d extends Padding {
  constructor(padding: PaddingWidths) {
    super("CircularPad3d", 3, padding, { mode: "wrap" });
  }
}
