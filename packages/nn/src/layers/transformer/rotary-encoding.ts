import { customGradient } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  cast,
  concatenate,
  fuse,
  mul,
  neg,
  reshape,
  scope,
  split,
  sub,
} from "@evenkeel/tensor";
import {
  checkOptions,
  checkValue,
  nonNegativeInteger,
  positive,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Module } from "../../module/module.ts";
import { Unowned } from "../../module/unowned.ts";
import { checkInput, compute } from "../layer.ts";
import { PositionTable } from "./position-table.ts";

/** The options of `RotaryEncoding`. */
export interface RotaryEncodingOptions {
  /** The slowest pair turns by about 1 / base for each position. Default: 10,000, as in the paper. */
  readonly base?: number;
  /**
   * Whether neighbours (2i, 2i + 1) are a pair, as in the paper; otherwise i and size / 2 + i, as in GPT-NeoX and in the weights of
   * Llama that Transformers reads. Default: true.
   */
  readonly interleaved?: boolean;
}

/**
 * Rotary position embedding (Su et al. 2021): turns pairs of values of queries and keys by angles in proportion to their
 * positions, so that scores depend on distances alone. It has no parameters. `MultiheadAttention` takes it as `rotary`.
 *
 * Shapes: [..., length, size] -> the same. Throws ArgumentError unless the size is even, ShapeError for another size.
 *
 * @example new RotaryEncoding(64).forward(ones([2, 8, 10, 64])) // queries or keys of 8 heads
 */
export class RotaryEncoding extends Module<[x: Tensor, offset?: number]> {
  readonly size: number;
  readonly interleaved: boolean;
  private readonly tables: Unowned<{ readonly cos: PositionTable; readonly sin: PositionTable }>;
  private readonly turn: (a: Tensor, b: Tensor, cos: Tensor, sin: Tensor) => readonly Tensor[];

  constructor(size: number, options: RotaryEncodingOptions = {}) {
    super();
    checkOptions<RotaryEncodingOptions>("RotaryEncoding", options, { base: positive, interleaved: yesOrNo });
    checkValue("RotaryEncoding: size", size, positiveInteger);
    if (size % 2 !== 0)
      throw new ArgumentError(`RotaryEncoding: size: found ${size}, expected an even number`);
    const { base = 10_000, interleaved = true } = options;
    this.size = size;
    this.interleaved = interleaved;
    const makeTable = (f: (angle: number) => number): PositionTable =>
      new PositionTable(size / 2, (position) =>
        Float32Array.from({ length: size / 2 }, (_, pair) => f(position * base ** ((-2 * pair) / size))),
      );
    this.tables = new Unowned({ cos: makeTable(Math.cos), sin: makeTable(Math.sin) });
    this.turn = fuse((a: Tensor, b: Tensor, cos: Tensor, sin: Tensor) => [
      sub(mul(a, cos), mul(b, sin)),
      add(mul(b, cos), mul(a, sin)),
    ]);
  }

  /** @param offset the position of the first element; default 0 */
  forward(x: Tensor, offset = 0): Tensor {
    return compute(this, x, () => {
      checkInput(this, x, ["...", "length", this.size]);
      checkValue("offset", offset, nonNegativeInteger);
      const { cos, sin } = this.tables.value;
      return scope(() => {
        const [length, backend] = [x.shape.at(-2)!, x.backend];
        const [c, s] = [cos, sin].map((table) => cast(table.getRows(length, backend, offset), x.dtype));
        return this.rotate(x, c!, s!);
      });
    });
  }

  /** The gradient is turned back. */
  private rotate(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
    const turned = customGradient(
      (values: Tensor, c: Tensor, s: Tensor) => this.turnPairs(values, c, s),
      ([dy], { inputs: [, c, s] }) => [this.rotate(dy!, c, neg(s)), undefined, undefined],
    );
    return turned(x, cos, sin);
  }

  private turnPairs(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
    const { interleaved, size } = this;
    const lead = x.shape.slice(0, -1);
    const axis = interleaved ? -1 : -2;
    const pairs = reshape(x, interleaved ? [...lead, size / 2, 2] : [...lead, 2, size / 2]);
    const angles = [x.shape.at(-2)!, ...(interleaved ? [size / 2, 1] : [1, size / 2])];
    const [a, b] = split(pairs, 2, { axis }) as [Tensor, Tensor];
    return reshape(
      concatenate(this.turn(a, b, reshape(cos, angles), reshape(sin, angles)), { axis }),
      x.shape,
    );
  }

  override dispose(): void {
    super.dispose();
    this.tables.value.cos.dispose();
    this.tables.value.sin.dispose();
  }

  override describe(): string {
    return `RotaryEncoding ${this.size}`;
  }
}
