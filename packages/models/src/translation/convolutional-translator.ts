import { LayerNorm, Linear, Module, withNames } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import {
  add,
  attentionWeights,
  cast,
  concatenate,
  getRandomSource,
  glu,
  matmul,
  mul,
  pad,
  reshape,
  scope,
  slice,
  unsqueeze,
  zeros,
} from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import type { PaddedTokens } from "../padded-tokens.ts";
import type { SentencePairs } from "./translator.ts";
import { Translator } from "./translator.ts";
import type { TranslatorOptions } from "./translator-options.ts";
import { makeEncoderNorm, translatorRules } from "./translator-options.ts";

/** The options of `ConvolutionalTranslator`. */
export interface ConvolutionalTranslatorOptions extends TranslatorOptions {
  /** The numbers of layers. Default: 4. */
  readonly encoderLayers?: number;
  readonly decoderLayers?: number;
  /** The number of positions that a convolution reads, an odd number. Default: 3. */
  readonly kernelSize?: number;
}

/** What the encoder made of the source. */
interface EncodedSource {
  /** [n, length, width], what attention compares. */
  readonly keys: Tensor;
  /** [n, length, width], what it reads: the keys and the vectors of the tokens. */
  readonly values: Tensor;
  /** bool [n, 1, length], true where a token is no padding. */
  readonly mask: Tensor;
}

/** What decoding goes on from. */
interface ConvolutionalState {
  readonly source: EncodedSource;
  /** The inputs of each layer at the positions that the next convolution reads too: [n, kernelSize - 1, width]. */
  readonly past: readonly Tensor[];
  /** The number of tokens so far. */
  readonly length: number;
}

/** A window has as many positions on both sides of its middle. */
const oddInteger: Rule = {
  expected: "an odd positive integer",
  accepts: (value) => positiveInteger.accepts(value) && Number(value) % 2 === 1,
};

/** Sums of two values are scaled by it, so that their variance does not grow with the layers. */
const half = Math.SQRT1_2;

/** A convolution over windows of positions, a norm, and a gate for each channel. */
class GatedConvolution extends Module<[windows: Tensor, mask?: Tensor]> {
  readonly convolution: Linear;
  readonly norm: Module<[x: Tensor, mask?: Tensor]>;

  constructor(convolution: Linear, norm: Module<[x: Tensor, mask?: Tensor]>) {
    super();
    this.convolution = convolution;
    this.norm = norm;
  }

  /** @param mask [n, length, 1], true where the norm counts a position */
  forward(windows: Tensor, mask?: Tensor): Tensor {
    return withNames(this, () =>
      scope(() => {
        const y = this.convolution.forward(windows);
        const [n, length, channels] = y.shape as [number, number, number];
        const rows = reshape(y, [n * length, channels]);
        const counted = mask && reshape(mask, [n * length, 1]);
        return reshape(glu(this.norm.forward(rows, counted)), [n, length, channels / 2]);
      }),
    );
  }
}

/** A layer of the decoder: a convolution over positions so far, and attention to the source. */
class ConvolutionalDecoderLayer extends Module<
  [x: Tensor, windows: Tensor, embedded: Tensor, source: EncodedSource],
  readonly [output: Tensor, weights: Tensor]
> {
  readonly gated: GatedConvolution;
  readonly query: Linear;
  readonly output: Linear;

  constructor(gated: GatedConvolution, makeLinear: () => Linear) {
    super();
    this.gated = gated;
    this.query = makeLinear();
    this.output = makeLinear();
  }

  forward(
    x: Tensor,
    windows: Tensor,
    embedded: Tensor,
    { keys, values, mask }: EncodedSource,
  ): readonly [output: Tensor, weights: Tensor] {
    return withNames(this, () =>
      scope(() => {
        const h = this.gated.forward(windows);
        const query = mul(add(this.query.forward(h), embedded), half);
        const weights = attentionWeights(query, keys, { mask, scale: 1 });
        const read = this.output.forward(matmul(weights, values));
        return [mul(add(x, mul(add(h, read), half)), half), weights] as const;
      }),
    );
  }
}

/**
 * Convolutions that translate (Gehring et al. 2017): gated convolutions with residual sums in the encoder, and in the decoder, where
 * they read no later position and each is followed by attention to the source.
 *
 * Shapes: sources i32 [n, length] with their mask, and targets i32 [n, length] -> logits [n, target length, vocabularySize]. Throws
 * ArgumentError for options out of range.
 *
 * @param options.width default 128
 * @example
 * const model = new ConvolutionalTranslator({ vocabularySize: 8000, normalization: "batch", seed: 1 });
 */
export class ConvolutionalTranslator extends Translator<EncodedSource, ConvolutionalState> {
  readonly encoder: readonly GatedConvolution[];
  readonly decoder: readonly ConvolutionalDecoderLayer[];
  readonly kernelSize: number;

  constructor(options: ConvolutionalTranslatorOptions) {
    checkOptions<ConvolutionalTranslatorOptions>(
      "ConvolutionalTranslator",
      options,
      {
        ...translatorRules,
        encoderLayers: positiveInteger,
        decoderLayers: positiveInteger,
        kernelSize: oddInteger,
      },
      ["vocabularySize"],
    );
    const seed = getRandomSource(options.seed);
    const { width = 128, encoderLayers = 4, decoderLayers = 4, kernelSize = 3, backend } = options;
    super(width, options, seed);
    this.kernelSize = kernelSize;
    const convolve = (): Linear => new Linear(kernelSize * width, 2 * width, { seed, backend });
    this.encoder = Array.from(
      { length: encoderLayers },
      () => new GatedConvolution(convolve(), makeEncoderNorm(2 * width, options)),
    );
    this.decoder = Array.from({ length: decoderLayers }, () => {
      const gated = new GatedConvolution(convolve(), new LayerNorm(2 * width, { backend }));
      return new ConvolutionalDecoderLayer(gated, () => new Linear(width, width, { seed, backend }));
    });
  }

  encode({ values: tokens, mask }: PaddedTokens): EncodedSource {
    return withNames(this, () =>
      scope(() => {
        const counted = unsqueeze(mask, 2);
        const factor = cast(counted, "f32");
        const margin = (this.kernelSize - 1) / 2;
        const embedded = this.embed(tokens);
        const keys = this.encoder.reduce((x, layer) => {
          // Padding is 0 for the neighbours that read it, as it is behind the end of the longest sentence.
          const windows = this.cutWindows(mul(this.dropout.forward(x), factor), margin, margin);
          return mul(add(x, layer.forward(windows, counted)), half);
        }, embedded);
        return { keys, values: mul(add(keys, embedded), half), mask: unsqueeze(mask, 1) };
      }),
    );
  }

  protected decode(target: Tensor, source: EncodedSource): Tensor {
    return scope(() => this.decodeWithWeights(target, source)[0]);
  }

  attend({ source, target }: SentencePairs): Tensor {
    return scope(() => this.decodeWithWeights(target.values, this.encode(source))[1]);
  }

  private decodeWithWeights(
    target: Tensor,
    source: EncodedSource,
  ): readonly [output: Tensor, weights: Tensor] {
    return withNames(this, () =>
      scope(() => {
        const embedded = this.embed(target);
        let [x, weights]: readonly [Tensor, Tensor | undefined] = [embedded, undefined];
        for (const layer of this.decoder) {
          const windows = this.cutWindows(this.dropout.forward(x), this.kernelSize - 1, 0);
          [x, weights] = layer.forward(x, windows, embedded, source);
        }
        return [this.dropout.forward(x), weights!] as const;
      }),
    );
  }

  begin(source: PaddedTokens): ConvolutionalState {
    return scope(() => {
      const encoded = this.encode(source);
      const shape = [source.values.shape[0]!, this.kernelSize - 1, this.width];
      const { backend } = encoded.keys;
      return { source: encoded, past: this.decoder.map(() => zeros(shape, { backend })), length: 0 };
    });
  }

  step(tokens: Tensor, state: ConvolutionalState): readonly [logits: Tensor, state: ConvolutionalState] {
    return withNames(this, () =>
      scope(() => {
        const n = tokens.shape[0]!;
        const embedded = this.embed(reshape(tokens, [n, 1]), state.length);
        const past: Tensor[] = [];
        let x = embedded;
        this.decoder.forEach((layer, index) => {
          const read = concatenate([state.past[index]!, this.dropout.forward(x)], { axis: 1 });
          past.push(slice(read, { begin: [0, 1], end: [n, this.kernelSize] }));
          const windows = reshape(read, [n, 1, this.kernelSize * this.width]);
          x = layer.forward(x, windows, embedded, state.source)[0];
        });
        const logits = this.score(reshape(this.dropout.forward(x), [n, this.width]));
        return [logits, { source: state.source, past, length: state.length + 1 }] as const;
      }),
    );
  }

  /** What a convolution reads at each position: the vectors of its window side by side, zeros outside of the sequence. */
  private cutWindows(x: Tensor, before: number, after: number): Tensor {
    const length = x.shape[1]!;
    const surrounded = pad(x, [
      [0, 0],
      [before, after],
      [0, 0],
    ]);
    const shifted = Array.from({ length: this.kernelSize }, (_, shift) =>
      slice(surrounded, { begin: [0, shift], end: [x.shape[0]!, shift + length] }),
    );
    return concatenate(shifted, { axis: 2 });
  }
}
