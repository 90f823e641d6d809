import type { Backend, RandomSource, Seed, Shape, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  attentionWeights,
  formatShape,
  getRandomSource,
  isSameShape,
  linear,
  matmul,
  mean,
  reshape,
  ShapeError,
  scope,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  aSeed,
  aTensor,
  checkOptions,
  checkValue,
  fraction,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { xavierUniform, zeros } from "../../initializers/init.ts";
import type { Member } from "../../module/member.ts";
import { Module } from "../../module/module.ts";
import { withStateNames } from "../../module/state-names.ts";
import { Parameter } from "../../module/variable.ts";
import { checkInput, compute } from "../layer.ts";
import { Linear } from "../linear.ts";
import type { LayerMasks } from "./attention-mask.ts";
import { joinMasks, makeLaterMask } from "./attention-mask.ts";
import type { KeyValues } from "./key-values.ts";
import { joinKeyValues } from "./key-values.ts";
import type { RotaryEncoding } from "./rotary-encoding.ts";
import { unstack } from "./unstack.ts";

/** The options of `MultiheadAttention`; the defaults are PyTorch's. */
export interface MultiheadAttentionOptions {
  /** The probability with which a weight is set to zero in training. Default: 0. */
  readonly dropout?: number;
  /** Default: true. */
  readonly bias?: boolean;
  /** The sizes of keys and values; default: those of queries. */
  readonly kdim?: number;
  readonly vdim?: number;
  /** Whether the first dimension is the batch, not the sequence. Default: false. */
  readonly batchFirst?: boolean;
  /** Rotates the queries and keys of all heads by their positions. Default: none. */
  readonly rotary?: RotaryEncoding;
  /** A number, or a random source that several layers share. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/** What a call of attention takes besides queries, keys and values. */
export interface MultiheadAttentionInputs extends LayerMasks {
  /** Whether position i attends to the positions j <= i only, besides the masks. Default: false. */
  readonly causal?: boolean;
  /** Whether the weights are returned too. Default: true. */
  readonly needWeights?: boolean;
  /** Whether they are the means over the heads. Default: true. */
  readonly averageAttentionWeights?: boolean;
}

const inputRules: Rules<MultiheadAttentionInputs> = {
  keyPaddingMask: aTensor,
  attentionMask: aTensor,
  causal: yesOrNo,
  needWeights: yesOrNo,
  averageAttentionWeights: yesOrNo,
};

const stateNames = { outProjection: "out_proj" };

/**
 * Attention of several heads (Vaswani et al. 2017) with PyTorch's semantics. A mask of bool is true where nothing may be attended
 * to (`scaledDotProductAttention` takes the opposite, in PyTorch too), and one of floats is added to the scores. A query that may
 * attend to nothing gets 0 and passes on the bias of the output alone, where PyTorch gives NaN.
 *
 * Shapes: queries [length, n, embedDim], or [n, length, embedDim] with `batchFirst`, or [length, embedDim]; keys and values
 * likewise -> [output as the queries, weights [n, queries, keys], or [n, heads, queries, keys] if they are not averaged]. Throws
 * ShapeError for other shapes, ArgumentError for sizes that are not positive or that the heads do not divide.
 *
 * @example
 * const attention = new MultiheadAttention(16, 2, { batchFirst: true, seed: 1 });
 * const [y] = attention.forward(ones([3, 5, 16]), undefined, undefined, { causal: true, needWeights: false });
 */
export class MultiheadAttention extends Module<
  [query: Tensor, key?: Tensor, value?: Tensor, inputs?: MultiheadAttentionInputs],
  readonly [output: Tensor, weights: Tensor | undefined]
> {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly inProjection: Parameter | undefined;
  readonly queryProjection: Parameter | undefined;
  readonly keyProjection: Parameter | undefined;
  readonly valueProjection: Parameter | undefined;
  readonly inBias: Parameter | undefined;
  readonly outProjection: Linear;
  readonly rotary: RotaryEncoding | undefined;
  readonly random: RandomSource;

  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    checkOptions<MultiheadAttentionOptions>("MultiheadAttention", options, {
      dropout: fraction,
      bias: yesOrNo,
      kdim: positiveInteger,
      vdim: positiveInteger,
      batchFirst: yesOrNo,
      rotary: aModule,
      seed: aSeed,
      backend: aBackend,
    });
    checkValue("MultiheadAttention: embedDim", embedDim, positiveInteger);
    checkValue("MultiheadAttention: numHeads", numHeads, positiveInteger);
    if (embedDim % numHeads !== 0) {
      throw new ArgumentError(
        `MultiheadAttention: numHeads: found ${numHeads}, expected a divisor of ${embedDim}, embedDim`,
      );
    }
    const { dropout = 0, bias = true, batchFirst = false, rotary, backend } = options;
    const { kdim = embedDim, vdim = embedDim } = options;
    const random = getRandomSource(options.seed);
    const draw = (name: string, shape: Shape): Parameter =>
      new Parameter(xavierUniform()(shape, { ...random.next(), backend }), { name });
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.rotary = rotary;
    if (kdim === embedDim && vdim === embedDim) {
      this.inProjection = draw("in_proj_weight", [3 * embedDim, embedDim]);
    } else {
      this.queryProjection = draw("q_proj_weight", [embedDim, embedDim]);
      this.keyProjection = draw("k_proj_weight", [embedDim, kdim]);
      this.valueProjection = draw("v_proj_weight", [embedDim, vdim]);
    }
    if (bias) {
      this.inBias = new Parameter(zeros([3 * embedDim], { backend }), {
        name: "in_proj_bias",
        decayed: false,
      });
    }
    this.outProjection = new Linear(embedDim, embedDim, { bias, biasInit: zeros, seed: random, backend });
    this.random = random.fork();
  }

  override *members(): Generator<[name: string, member: Member]> {
    yield* withStateNames(super.members(), stateNames);
  }

  forward(
    query: Tensor,
    key: Tensor = query,
    value: Tensor = key,
    inputs: MultiheadAttentionInputs = {},
  ): readonly [output: Tensor, weights: Tensor | undefined] {
    checkOptions<MultiheadAttentionInputs>("MultiheadAttention", inputs, inputRules);
    return scope(() =>
      compute(this, query, () => {
        this.checkSequences(query, key, value);
        if (query.rank === 3) return this.attend(query, key, value, inputs);
        const batchAxis = this.batchFirst ? 0 : 1;
        const one = unsqueeze(query, batchAxis);
        const keys = key === query ? one : unsqueeze(key, batchAxis);
        const values = value === key ? keys : unsqueeze(value, batchAxis);
        const [output, weights] = this.attend(one, keys, values, inputs);
        return [squeeze(output, { axis: batchAxis }), weights && squeeze(weights, { axis: 0 })] as const;
      }),
    );
  }

  private get keySize(): number {
    return (this.inProjection ?? this.keyProjection)!.value.shape[1]!;
  }

  private get valueSize(): number {
    return (this.inProjection ?? this.valueProjection)!.value.shape[1]!;
  }

  private checkSequences(query: Tensor, key: Tensor, value: Tensor): void {
    const { batchFirst } = this;
    checkInput(this, query, ["...", this.embedDim]);
    checkInput(this, key, ["...", this.keySize]);
    checkInput(this, value, ["...", this.valueSize]);
    const batchAxis = batchFirst ? 0 : 1;
    const fits =
      (query.rank === 2 || (query.rank === 3 && query.shape[batchAxis] === key.shape[batchAxis])) &&
      key.rank === query.rank &&
      isSameShape(key.shape.slice(0, -1), value.shape.slice(0, -1));
    if (fits) return;
    const found = [query, key, value].map(({ shape }) => formatShape(shape)).join(", ");
    const expected = batchFirst ? "[n, length, size]" : "[length, n, size]";
    throw new ShapeError(
      `found query, key and value ${found}, expected ${expected} or [length, size], of one batch, and as many values as keys`,
    );
  }

  /**
   * The keys and values of all heads, for `attendTo`: they are computed once where queries of several calls attend to the same sequences.
   *
   * Shapes: [length, n, size] or [n, length, size] with `batchFirst` -> [n, heads, length, size]. Throws ShapeError for others.
   */
  computeKeyValues(key: Tensor, value: Tensor = key): KeyValues {
    return scope(() =>
      compute(this, key, () => {
        checkInput(this, key, ["length", "n", this.keySize]);
        checkInput(this, value, [...key.shape.slice(0, 2), this.valueSize]);
        const [keys, values] = this.project([undefined, key, value]) as [Tensor, Tensor];
        return { keys: this.rotate(keys), values };
      }),
    );
  }

  /** What `forward` gives for the sequences of the keys and values. */
  attendTo(
    query: Tensor,
    keyValues: KeyValues,
    inputs: MultiheadAttentionInputs = {},
  ): readonly [output: Tensor, weights: Tensor | undefined] {
    checkOptions<MultiheadAttentionInputs>("MultiheadAttention", inputs, inputRules);
    return scope(() =>
      compute(this, query, () => {
        checkInput(this, query, ["length", "n", this.embedDim]);
        const [queries] = this.project([query, undefined, undefined]) as [Tensor];
        return this.weigh(this.rotate(queries), keyValues, inputs);
      }),
    );
  }

  /**
   * Causal self-attention of further positions, of which those in `past` are the earlier ones: the outputs of `forward` with `causal` for
   * them, and the keys and values of all positions so far, with which the next call goes on.
   *
   * Shapes: as self-attention with a batch. Throws ShapeError for other inputs.
   *
   * @example
   * const attention = new MultiheadAttention(16, 2, { batchFirst: true, seed: 1 });
   * const [first, past] = attention.extend(ones([3, 4, 16]));
   * const [next] = attention.extend(ones([3, 1, 16]), past);
   */
  extend(x: Tensor, past?: KeyValues): readonly [output: Tensor, keyValues: KeyValues] {
    return scope(() =>
      compute(this, x, () => {
        checkInput(this, x, ["length", "n", this.embedDim]);
        const [q, k, v] = this.project([x, x, x]) as [Tensor, Tensor, Tensor];
        const offset = past?.keys.shape[2] ?? 0;
        const added = { keys: this.rotate(k, offset), values: v };
        const keyValues = past === undefined ? added : joinKeyValues(past, added);
        const attentionMask = offset === 0 ? undefined : makeLaterMask(q.shape[2]!, offset, x.backend);
        const inputs = { attentionMask, causal: offset === 0, needWeights: false };
        return [this.weigh(this.rotate(q, offset), keyValues, inputs)[0], keyValues] as const;
      }),
    );
  }

  private attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    inputs: MultiheadAttentionInputs,
  ): readonly [output: Tensor, weights: Tensor | undefined] {
    const [q, keys, values] = this.project([query, key, value]) as [Tensor, Tensor, Tensor];
    return this.weigh(this.rotate(q), { keys: this.rotate(keys), values }, inputs);
  }

  /** Attention of queries to keys, both rotated, of all heads. */
  private weigh(
    q: Tensor,
    { keys, values }: KeyValues,
    inputs: MultiheadAttentionInputs,
  ): readonly [output: Tensor, weights: Tensor | undefined] {
    const { causal = false, needWeights = true, averageAttentionWeights = true } = inputs;
    const [n, heads, queries] = q.shape as [number, number, number];
    const mask = joinMasks(inputs, { n, heads, queries, keys: keys.shape[2]! });
    const dropped = this.isTraining && this.dropout > 0 ? { dropout: this.dropout, seed: this.random } : {};
    const weights = attentionWeights(q, keys, { mask, causal, ...dropped });
    const output = this.outProjection.forward(this.joinHeads(matmul(weights, values)));
    if (!needWeights) return [output, undefined];
    return [output, averageAttentionWeights ? mean(weights, { axis: 1 }) : weights];
  }

  private rotate(x: Tensor, offset = 0): Tensor {
    return this.rotary === undefined ? x : this.rotary.forward(x, offset);
  }

  /** Those of queries, keys and values that are there, of all heads, [n, heads, length, size]; equal inputs are projected by one product. */
  private project(inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
    const own = [this.queryProjection, this.keyProjection, this.valueProjection];
    const projected: Tensor[] = [];
    for (let first = 0; first < 3; ) {
      let end = first + 1;
      const input = inputs[first];
      if (input === undefined) {
        first = end;
        continue;
      }
      while (this.inProjection && inputs[end] === input) end++;
      const weight = this.inProjection
        ? this.takeParts(this.inProjection.value, first, end)
        : own[first]!.value;
      const bias = this.inBias && this.takeParts(this.inBias.value, first, end);
      projected.push(...this.splitHeads(linear(input, weight, bias), end - first));
      first = end;
    }
    return projected;
  }

  /** The rows of the parts `first` to `end` of queries, keys and values. */
  private takeParts(joined: Tensor, first: number, end: number): Tensor {
    const size = this.embedDim;
    return end - first === 3 ? joined : slice(joined, { begin: [first * size], end: [end * size] });
  }

  /** Cuts [length, n, parts embedDim] into parts of [n, heads, length, size]. */
  private splitHeads(x: Tensor, parts: number): readonly Tensor[] {
    const { embedDim, numHeads, batchFirst } = this;
    const [first, second] = x.shape as [number, number, number];
    const heads = reshape(x, [first, second, parts, numHeads, embedDim / numHeads]);
    return unstack(transpose(heads, batchFirst ? [2, 0, 3, 1, 4] : [2, 1, 3, 0, 4]));
  }

  /** Joins [n, heads, length, size] to [length, n, embedDim]. */
  private joinHeads(x: Tensor): Tensor {
    const [n, , length] = x.shape as [number, number, number, number];
    const sequences = transpose(x, this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]);
    return reshape(sequences, this.batchFirst ? [n, length, this.embedDim] : [length, n, this.embedDim]);
  }

  override describe(): string {
    return `MultiheadAttention ${this.embedDim}, ${this.numHeads} heads`;
  }
}

const aModule = {
  expected: "a RotaryEncoding",
  accepts: (value: unknown) => typeof (value as Partial<RotaryEncoding> | null)?.forward === "function",
};
