import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import {
  add,
  formatShape,
  getRandomSource,
  gruCell,
  isSameShape,
  linear,
  linearWithResidual,
  lstmCell,
  ShapeError,
  scope,
  tanh,
  zeros,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  aSeed,
  aTensor,
  checkOptions,
  checkValue,
  listOf,
  oneOf,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { Member } from "../../module/member.ts";
import { Module } from "../../module/module.ts";
import { findMembers } from "../../module/walk.ts";
import { checkInput, compute } from "../layer.ts";
import type { LSTMState } from "./recurrent.ts";
import type { CellWeights } from "./recurrent-weights.ts";
import { drawCellWeights, listCellWeights } from "./recurrent-weights.ts";

/** The options of cells; the defaults are PyTorch's. */
export interface CellOptions {
  /** Default: true. */
  readonly bias?: boolean;
  /** A number, or a random source that several layers share. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/** The options of `RNNCell`; the defaults are PyTorch's. */
export interface RNNCellOptions extends CellOptions {
  /** Default: tanh. */
  readonly nonlinearity?: "tanh" | "relu";
}

const cellRules: Rules<CellOptions> = { bias: yesOrNo, seed: aSeed, backend: aBackend };

/** The base class of cells, which do one step of a recurrence. */
abstract class RecurrentCell<State> extends Module<[x: Tensor, state?: State], State> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  protected readonly weights: CellWeights;

  constructor(inputSize: number, hiddenSize: number, gates: number, options: CellOptions) {
    super();
    checkValue(`${this.constructor.name}: inputSize`, inputSize, positiveInteger);
    checkValue(`${this.constructor.name}: hiddenSize`, hiddenSize, positiveInteger);
    const { bias = true, backend } = options;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    const sizes = { inputs: inputSize, size: hiddenSize, gates, bias, backend };
    this.weights = drawCellWeights(sizes, getRandomSource(options.seed));
  }

  override *members(): Generator<[name: string, member: Member]> {
    const { weights, ...others } = this;
    yield* listCellWeights(weights);
    yield* findMembers(others);
  }

  /** Runs a step from a state of the right shape, zeros if none is given. */
  protected runStep<Result>(
    x: Tensor,
    states: readonly (Tensor | undefined)[],
    step: (...states: Tensor[]) => Result,
  ): Result {
    return compute(this, x, () =>
      scope(() => {
        checkInput(this, x, x.rank === 1 ? [this.inputSize] : ["n", this.inputSize]);
        const shape = [...x.shape.slice(0, -1), this.hiddenSize];
        const known = states.map((state) => state ?? zeros(shape, { dtype: x.dtype, backend: x.backend }));
        for (const state of known) {
          if (isSameShape(state.shape, shape)) continue;
          throw new ShapeError(`state: found ${formatShape(state.shape)}, expected ${formatShape(shape)}`);
        }
        return step(...known);
      }),
    );
  }

  /** The sums of the products with the input and the state and of both biases. */
  protected addProducts(x: Tensor, h: Tensor, activation: "none" | "relu" = "none"): Tensor {
    const { inputWeight, stateWeight, inputBias, stateBias } = this.weights;
    const bias = inputBias && add(inputBias.value, stateBias!.value);
    const residual = linear(x, inputWeight.value, bias);
    return linearWithResidual(h, stateWeight.value, residual, { activation });
  }

  override describe(): string {
    return `${this.constructor.name} ${this.inputSize} -> ${this.hiddenSize}`;
  }
}

/**
 * One step of `RNN`, with PyTorch's state.
 *
 * Shapes: [n, inputSize] or [inputSize], and a state [n, hiddenSize] or [hiddenSize] -> as the state. Throws ShapeError for other shapes,
 * ArgumentError for sizes that are not positive.
 *
 * @example new RNNCell(8, 16, { seed: 1 }).forward(ones([2, 8]))
 */
export class RNNCell extends RecurrentCell<Tensor> {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    checkOptions<RNNCellOptions>("RNNCell", options, { ...cellRules, nonlinearity: oneOf("tanh", "relu") });
    super(inputSize, hiddenSize, 1, options);
    this.nonlinearity = options.nonlinearity ?? "tanh";
  }

  forward(x: Tensor, state?: Tensor): Tensor {
    if (state !== undefined) checkValue("RNNCell: state", state, aTensor);
    return this.runStep(x, [state], (h) =>
      this.nonlinearity === "relu" ? this.addProducts(x, h!, "relu") : tanh(this.addProducts(x, h!)),
    );
  }
}

/**
 * One step of `GRU`, with PyTorch's state.
 *
 * Shapes: [n, inputSize] or [inputSize], and a state [n, hiddenSize] or [hiddenSize] -> as the state. Throws ShapeError for other shapes,
 * ArgumentError for sizes that are not positive.
 *
 * @example new GRUCell(8, 16, { seed: 1 }).forward(ones([2, 8]))
 */
export class GRUCell extends RecurrentCell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    checkOptions<CellOptions>("GRUCell", options, cellRules);
    super(inputSize, hiddenSize, 3, options);
  }

  forward(x: Tensor, state?: Tensor): Tensor {
    if (state !== undefined) checkValue("GRUCell: state", state, aTensor);
    const { inputWeight, stateWeight, inputBias, stateBias } = this.weights;
    return this.runStep(x, [state], (h) =>
      gruCell(
        linear(x, inputWeight.value, inputBias?.value),
        linear(h!, stateWeight.value, stateBias?.value),
        h!,
      ),
    );
  }
}

/**
 * One step of `LSTM`, with PyTorch's state.
 *
 * Shapes: [n, inputSize] or [inputSize], and states h and c, each [n, hiddenSize] or [hiddenSize] -> [h, c]. Throws ShapeError for other
 * shapes, ArgumentError for sizes that are not positive.
 *
 * @example const [h, c] = new LSTMCell(8, 16, { seed: 1 }).forward(ones([2, 8]));
 */
export class LSTMCell extends RecurrentCell<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    checkOptions<CellOptions>("LSTMCell", options, cellRules);
    super(inputSize, hiddenSize, 4, options);
  }

  forward(x: Tensor, state?: LSTMState): LSTMState {
    if (state !== undefined) checkValue("LSTMCell: state", state, listOf(aTensor, 2));
    return this.runStep(x, [state?.[0], state?.[1]], (h, c) => lstmCell(this.addProducts(x, h!), c!));
  }
}
