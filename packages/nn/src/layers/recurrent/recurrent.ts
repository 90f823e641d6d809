import type { Tensor } from "@evenkeel/tensor";
import { aTensor, checkOptions, checkValue, listOf, oneOf, positiveInteger } from "@evenkeel/tensor/checks";
import type { RecurrentOptions } from "./recurrent-layer.ts";
import { checkProjSize, RecurrentLayer, recurrentRules } from "./recurrent-layer.ts";
import type { RaggedOptions } from "./sequence-mask.ts";

/** The options of `RNN`; the defaults are PyTorch's. */
export interface RNNOptions extends RecurrentOptions {
  /** Default: tanh. */
  readonly nonlinearity?: "tanh" | "relu";
}

/** The options of `LSTM`; the defaults are PyTorch's. */
export interface LSTMOptions extends RecurrentOptions {
  /** The size of the outputs, which are projected; default: they are not. */
  readonly projSize?: number;
}

/**
 * A recurrent layer (Elman 1990): h' = tanh(W_ih x + b_ih + W_hh h + b_hh), with PyTorch's state.
 *
 * Sequences of different lengths are padded, and `lengths` or a `mask` says what counts, with the results of PyTorch's packed
 * sequences: outputs at padding are 0, the last state is that at the end of each sequence, and the recurrence from the end begins there.
 *
 * Shapes: [length, n, inputSize], or [n, length, inputSize] with `batchFirst`, or [length, inputSize], and a state
 * [directions numLayers, n, hiddenSize] -> [output [..., directions hiddenSize], last state]. Throws ShapeError for other shapes,
 * ArgumentError for sizes that are not positive and lengths out of range.
 *
 * @example
 * const layer = new RNN(8, 16, { nonlinearity: "relu", batchFirst: true, seed: 1 });
 * const [output, h] = layer.forward(ones([2, 5, 8]), undefined, { lengths: [5, 3] });
 */
export class RNN extends RecurrentLayer<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    checkOptions<RNNOptions>("RNN", options, { ...recurrentRules, nonlinearity: oneOf("tanh", "relu") });
    super(inputSize, hiddenSize, options, { kind: options.nonlinearity ?? "tanh", gates: 1 });
  }

  forward(x: Tensor, state?: Tensor, options: RaggedOptions = {}): readonly [output: Tensor, state: Tensor] {
    if (state !== undefined) checkValue("RNN: state", state, aTensor);
    const { output, h } = this.run(x, { ...(state && { h: state }) }, options);
    return [output, h];
  }
}

/**
 * A layer of gated recurrent units (Cho et al. 2014) with PyTorch's state, where the reset gate is behind the product. Ragged batches
 * are those of `RNN`.
 *
 * Shapes: [length, n, inputSize], or [n, length, inputSize] with `batchFirst`, or [length, inputSize], and a state
 * [directions numLayers, n, hiddenSize] -> [output [..., directions hiddenSize], last state]. Throws ShapeError for other shapes,
 * ArgumentError for sizes that are not positive and lengths out of range.
 *
 * @example const [output, h] = new GRU(8, 16, { bidirectional: true, seed: 1 }).forward(ones([5, 2, 8]));
 */
export class GRU extends RecurrentLayer<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    checkOptions<RecurrentOptions>("GRU", options, recurrentRules);
    super(inputSize, hiddenSize, options, { kind: "gru", gates: 3 });
  }

  forward(x: Tensor, state?: Tensor, options: RaggedOptions = {}): readonly [output: Tensor, state: Tensor] {
    if (state !== undefined) checkValue("GRU: state", state, aTensor);
    const { output, h } = this.run(x, { ...(state && { h: state }) }, options);
    return [output, h];
  }
}

/** The state of an LSTM: its output and its memory. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/**
 * A layer of long short-term memory (Hochreiter and Schmidhuber 1997; projections of Sak et al. 2014) with PyTorch's state. Ragged
 * batches are those of `RNN`.
 *
 * Shapes: [length, n, inputSize], or [n, length, inputSize] with `batchFirst`, or [length, inputSize], and states
 * [directions numLayers, n, projSize or hiddenSize] and [directions numLayers, n, hiddenSize] -> [output [..., directions outputs], last
 * states]. Throws ShapeError for other shapes, ArgumentError for sizes that are not positive, a projection that is not smaller than
 * the state, and lengths out of range.
 *
 * @example
 * const layer = new LSTM(8, 16, { numLayers: 2, seed: 1 });
 * const [output, [h, c]] = layer.forward(ones([5, 2, 8]), undefined, { lengths: [5, 3] });
 */
export class LSTM extends RecurrentLayer<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    checkOptions<LSTMOptions>("LSTM", options, { ...recurrentRules, projSize: positiveInteger });
    checkProjSize(options.projSize, hiddenSize);
    super(inputSize, hiddenSize, options, { kind: "lstm", gates: 4, projSize: options.projSize });
  }

  forward(
    x: Tensor,
    state?: LSTMState,
    options: RaggedOptions = {},
  ): readonly [output: Tensor, state: LSTMState] {
    if (state !== undefined) checkValue("LSTM: state", state, listOf(aTensor, 2));
    const [h0, c0] = state ?? [];
    const { output, h, c } = this.run(x, { ...(h0 && { h: h0 }), c: c0 }, options);
    return [output, [h, c!]];
  }
}
