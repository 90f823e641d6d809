import { customGradient } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  arange,
  equal,
  formatShape,
  getRandomSource,
  indexAdd,
  makeAlias,
  reshape,
  ShapeError,
  scope,
  take,
  where,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aTensor,
  checkOptions,
  checkValue,
  integer,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { normal, zeros } from "../initializers/init.ts";
import { checkHostIndices } from "../losses/host-integers.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { compute } from "./layer.ts";
import type { WeightOptions } from "./weights.ts";
import { weightRules } from "./weights.ts";

/** The options of a table of vectors; the defaults are PyTorch's. */
export interface EmbeddingOptions extends Omit<WeightOptions, "bias" | "biasInit"> {
  /** The index of padding, whose vector is initially zero and has no gradient; negative ones count from the end. Default: none. */
  readonly paddingIdx?: number;
}

/** The options of `Embedding.fromPretrained`; the defaults are PyTorch's. */
export interface PretrainedEmbeddingOptions {
  /** Whether training leaves the table as it is. Default: true. */
  readonly frozen?: boolean;
  /** The index of padding, whose vector has no gradient and keeps its value. Default: none. */
  readonly paddingIdx?: number;
}

/**
 * A table of vectors, looked up by index. Its initial values are standard normal, as in PyTorch.
 *
 * Shapes: i32 [...] -> [..., size]; weight [count, size]. Throws ArgumentError for sizes that are not positive, and for an index of
 * padding outside of the table. Indices out of range and negative ones make the next read reject with ArgumentError; indices in the
 * host arrays of a batch of `fit` or `evaluate` are checked at once.
 *
 * @example new Embedding(10_000, 64, { paddingIdx: 0, seed: 1 })
 */
export class Embedding extends Module {
  readonly weight: Parameter;
  /** Counted from the front. */
  readonly paddingIdx: number | undefined;
  private readonly look: (weight: Tensor, indices: Tensor) => Tensor;

  constructor(count: number, size: number, options: EmbeddingOptions = {}) {
    super();
    const { bias, biasInit, ...tableRules } = weightRules;
    const rules: Rules<EmbeddingOptions> = { ...tableRules, paddingIdx: integer };
    checkOptions<EmbeddingOptions>("Embedding", options, rules);
    checkValue("Embedding: count", count, positiveInteger);
    checkValue("Embedding: size", size, positiveInteger);
    const { weightInit = normal(), backend } = options;
    const padding = readPaddingIdx(options.paddingIdx, count);
    this.paddingIdx = padding;
    this.look = padding === undefined ? lookUp : makePaddedLook(padding);
    const draw = { ...getRandomSource(options.seed).next(), backend };
    this.weight = new Parameter(scope(() => withoutRow(weightInit([count, size], draw), padding)));
  }

  /**
   * A layer over a table that exists, which it shares until training changes it.
   *
   * Throws ShapeError unless the table is [count, size].
   *
   * @example Embedding.fromPretrained(ones([10, 4]), { paddingIdx: 0 })
   */
  static fromPretrained(weight: Tensor, options: PretrainedEmbeddingOptions = {}): Embedding {
    checkValue("Embedding.fromPretrained: weight", weight, aTensor);
    checkOptions<PretrainedEmbeddingOptions>("Embedding.fromPretrained", options, {
      frozen: yesOrNo,
      paddingIdx: integer,
    });
    const [count, size] = weight.shape;
    if (weight.rank !== 2) {
      throw new ShapeError(
        `Embedding.fromPretrained: weight: found ${formatShape(weight.shape)}, expected [count, size]`,
      );
    }
    const { frozen = true, paddingIdx } = options;
    const layer = new Embedding(count!, size!, { weightInit: zeros, backend: weight.backend, paddingIdx });
    layer.weight.value = makeAlias(weight);
    layer.weight.trainable = !frozen;
    return layer;
  }

  forward(indices: Tensor): Tensor {
    return compute(this, indices, () => {
      checkHostIndices("indices", indices, this.weight.value.shape[0]!);
      return this.look(this.weight.value, indices);
    });
  }

  override describe(): string {
    const [count, size] = this.weight.value.shape;
    return `Embedding ${count} x ${size}${this.paddingIdx === undefined ? "" : `, padding ${this.paddingIdx}`}`;
  }
}

/** Counts a negative index from the end. */
function readPaddingIdx(index: number | undefined, count: number): number | undefined {
  if (index === undefined) return undefined;
  if (index >= -count && index < count) return index < 0 ? index + count : index;
  throw new ArgumentError(
    `Embedding: paddingIdx: found ${index}, expected an integer in [${-count}, ${count})`,
  );
}

/** The table with zeros in a row. */
function withoutRow(table: Tensor, row: number | undefined): Tensor {
  if (row === undefined) return table;
  const { shape, backend } = table;
  const rows = arange(0, shape[0]!, { backend });
  return where(equal(reshape(rows, [shape[0]!, 1]), row), 0, table);
}

/** Indices of vectors do not count from the end: a negative one is a mistake. */
const lookUp = (weight: Tensor, indices: Tensor): Tensor => take(weight, indices, { negative: "outOfRange" });

/** Like `lookUp`, with a gradient that leaves out the index of padding. */
const makePaddedLook = (padding: number): ((weight: Tensor, indices: Tensor) => Tensor) =>
  customGradient(lookUp, ([dy], { inputs: [weight, indices] }) => {
    const counted = where(equal(indices, padding), -1, indices);
    return [
      indexAdd(dy!, counted, { size: weight.shape[0]!, outOfRange: "zero", negative: "outOfRange" }),
      undefined,
    ];
  });
