import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import {
  add,
  cast,
  formatShape,
  getRandomSource,
  ShapeError,
  scope,
  slice,
  unsqueeze,
} from "@evenkeel/tensor";
import {
  aBackend,
  aSeed,
  callable,
  checkOptions,
  checkValue,
  nonNegativeInteger,
  positive,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { Initializer } from "../../initializers/init.ts";
import { normal } from "../../initializers/init.ts";
import { Module } from "../../module/module.ts";
import { Unowned } from "../../module/unowned.ts";
import { Parameter } from "../../module/variable.ts";
import { checkInput, compute } from "../layer.ts";
import { PositionTable } from "./position-table.ts";

/** Adds a row to each position of [length, n, size], or of [n, length, size] or [length, size] if the batch is first or absent. */
function addRows(x: Tensor, batchFirst: boolean, getRows: (length: number) => Tensor): Tensor {
  const isSequenceFirst = x.rank === 3 && !batchFirst;
  const rows = getRows(x.shape.at(isSequenceFirst ? 0 : -2)!);
  return add(x, cast(isSequenceFirst ? unsqueeze(rows, 1) : rows, x.dtype));
}

/** The options of `SinusoidalEncoding`. */
export interface SinusoidalEncodingOptions {
  /** Whether the first dimension is the batch, not the sequence. Default: false, as in transformers of PyTorch. */
  readonly batchFirst?: boolean;
  /** The longest wavelength is 2 pi base positions. Default: 10,000, as in the paper. */
  readonly base?: number;
}

/**
 * Adds sines and cosines of the positions (Vaswani et al. 2017): sin(position / base^(2i / size)) to value 2i, the cosine to value
 * 2i + 1. It has no parameters and takes sequences of any length.
 *
 * Shapes: [length, n, size], or [n, length, size] with `batchFirst`, or [length, size] -> the same. Throws ArgumentError for a size
 * that is not positive, ShapeError for other inputs.
 *
 * @example new SinusoidalEncoding(16, { batchFirst: true }).forward(ones([2, 5, 16]))
 */
export class SinusoidalEncoding extends Module<[x: Tensor, offset?: number]> {
  readonly size: number;
  readonly batchFirst: boolean;
  private readonly table: Unowned<PositionTable>;

  constructor(size: number, options: SinusoidalEncodingOptions = {}) {
    super();
    checkOptions<SinusoidalEncodingOptions>("SinusoidalEncoding", options, {
      batchFirst: yesOrNo,
      base: positive,
    });
    checkValue("SinusoidalEncoding: size", size, positiveInteger);
    const { batchFirst = false, base = 10_000 } = options;
    this.size = size;
    this.batchFirst = batchFirst;
    const computeRow = (position: number): Float32Array =>
      Float32Array.from({ length: size }, (_, index) => {
        const angle = position * base ** (-(index - (index % 2)) / size);
        return index % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      });
    this.table = new Unowned(new PositionTable(size, computeRow));
  }

  /** @param offset the position of the first element, such as the number of those before it; default 0 */
  forward(x: Tensor, offset = 0): Tensor {
    return compute(this, x, () => {
      checkSequences(this, x, this.size);
      checkValue("offset", offset, nonNegativeInteger);
      const { value } = this.table;
      return scope(() => addRows(x, this.batchFirst, (length) => value.getRows(length, x.backend, offset)));
    });
  }

  override dispose(): void {
    super.dispose();
    this.table.value.dispose();
  }

  override describe(): string {
    return `SinusoidalEncoding ${this.size}`;
  }
}

function checkSequences(layer: Module, x: Tensor, size: number): void {
  checkInput(layer, x, x.rank === 3 ? ["length", "n", size] : ["length", size]);
}

/** The options of `LearnedEncoding`. */
export interface LearnedEncodingOptions {
  /** Whether the first dimension is the batch, not the sequence. Default: false, as in transformers of PyTorch. */
  readonly batchFirst?: boolean;
  /** Default: normal with deviation 0.02, as in BERT. */
  readonly weightInit?: Initializer;
  /** A number, or a random source that several layers share. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/**
 * Adds a trained vector to each position.
 *
 * Shapes: [length, n, size], or [n, length, size] with `batchFirst`, or [length, size] -> the same; weight [maxLength, size]. Throws
 * ArgumentError for sizes that are not positive, ShapeError for other inputs and longer sequences.
 *
 * @example new LearnedEncoding(512, 16, { batchFirst: true, seed: 1 }).forward(ones([2, 5, 16]))
 */
export class LearnedEncoding extends Module {
  readonly weight: Parameter;
  readonly batchFirst: boolean;

  constructor(maxLength: number, size: number, options: LearnedEncodingOptions = {}) {
    super();
    checkOptions<LearnedEncodingOptions>("LearnedEncoding", options, {
      batchFirst: yesOrNo,
      weightInit: callable,
      seed: aSeed,
      backend: aBackend,
    });
    checkValue("LearnedEncoding: maxLength", maxLength, positiveInteger);
    checkValue("LearnedEncoding: size", size, positiveInteger);
    const { batchFirst = false, weightInit = normal(0, 0.02), backend } = options;
    this.batchFirst = batchFirst;
    const key = getRandomSource(options.seed).next();
    this.weight = new Parameter(weightInit([maxLength, size], { ...key, backend }));
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => {
      const [maxLength, size] = this.weight.value.shape as [number, number];
      checkSequences(this, x, size);
      return scope(() =>
        addRows(x, this.batchFirst, (length) => {
          if (length <= maxLength) return slice(this.weight.value, { begin: [0], end: [length] });
          throw new ShapeError(`found ${formatShape(x.shape)}, expected at most ${maxLength} positions`);
        }),
      );
    });
  }

  override describe(): string {
    const [maxLength, size] = this.weight.value.shape;
    return `LearnedEncoding ${maxLength} x ${size}`;
  }
}
