import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  concatenate,
  formatShape,
  getRandomSource,
  isSameShape,
  linear,
  reshape,
  ShapeError,
  scope,
  split,
  squeeze,
  stack,
  transpose,
  unsqueeze,
  where,
  zeros,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  aSeed,
  checkOptions,
  checkValue,
  fraction,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { Member } from "../../module/member.ts";
import { Module } from "../../module/module.ts";
import { findMembers } from "../../module/walk.ts";
import { Dropout } from "../dropout.ts";
import { checkInput, compute } from "../layer.ts";
import type { CellKind } from "./recurrence.ts";
import { runRecurrence } from "./recurrence.ts";
import type { CellWeights } from "./recurrent-weights.ts";
import { drawCellWeights, listCellWeights } from "./recurrent-weights.ts";
import type { RaggedOptions } from "./sequence-mask.ts";
import { raggedRules, readSequenceMask } from "./sequence-mask.ts";

/** The options of recurrent layers; the defaults are PyTorch's. */
export interface RecurrentOptions {
  /** The number of layers, each of which gets the output of the one before. Default: 1. */
  readonly numLayers?: number;
  /** Default: true. */
  readonly bias?: boolean;
  /** Whether the first dimension is the batch, not the sequence. Default: false. */
  readonly batchFirst?: boolean;
  /** The probability of dropout between layers. Default: 0. */
  readonly dropout?: number;
  /** Whether another recurrence runs from the end to the beginning; the outputs of both are joined. Default: false. */
  readonly bidirectional?: boolean;
  /** A number, or a random source that several layers share. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

export const recurrentRules: Rules<RecurrentOptions> = {
  numLayers: positiveInteger,
  bias: yesOrNo,
  batchFirst: yesOrNo,
  dropout: fraction,
  bidirectional: yesOrNo,
  seed: aSeed,
  backend: aBackend,
};

/** What distinguishes the kinds of layers. */
export interface RecurrentKind {
  readonly kind: CellKind;
  /** The number of gates of a unit. */
  readonly gates: number;
  /** The size of the projected output of an LSTM. */
  readonly projSize?: number | undefined;
}

/** The result of all layers. States are [directions numLayers, n, outputs]. */
interface Result {
  readonly output: Tensor;
  readonly h: Tensor;
  readonly c: Tensor | undefined;
}

/** The base class of recurrent layers. */
export abstract class RecurrentLayer<State> extends Module<
  [x: Tensor, state?: State, options?: RaggedOptions],
  readonly [output: Tensor, state: State]
> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly projSize: number | undefined;
  readonly numLayers: number;
  readonly batchFirst: boolean;
  readonly bidirectional: boolean;
  readonly dropout: Dropout;
  private readonly kind: CellKind;
  /** The weights of each direction of each layer, in the order of PyTorch's states. */
  private readonly cells: readonly CellWeights[];

  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions,
    { kind, gates, projSize }: RecurrentKind,
  ) {
    super();
    checkValue(`${this.constructor.name}: inputSize`, inputSize, positiveInteger);
    checkValue(`${this.constructor.name}: hiddenSize`, hiddenSize, positiveInteger);
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false } = options;
    const random = getRandomSource(options.seed);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.projSize = projSize;
    this.numLayers = numLayers;
    this.batchFirst = batchFirst;
    this.bidirectional = bidirectional;
    this.kind = kind;
    const outputs = (projSize ?? hiddenSize) * this.directions;
    this.cells = Array.from({ length: numLayers * this.directions }, (_, cell) =>
      drawCellWeights(
        {
          inputs: cell < this.directions ? inputSize : outputs,
          size: hiddenSize,
          gates,
          bias,
          projSize,
          backend: options.backend,
        },
        random,
      ),
    );
    this.dropout = new Dropout(dropout, { seed: random });
  }

  private get directions(): 1 | 2 {
    return this.bidirectional ? 2 : 1;
  }

  override *members(): Generator<[name: string, member: Member]> {
    const { cells, ...others } = this;
    for (const [cell, weights] of cells.entries()) {
      const suffix = `_l${Math.floor(cell / this.directions)}${cell % this.directions === 1 ? "_reverse" : ""}`;
      for (const [name, weight] of listCellWeights(weights)) yield [name + suffix, weight];
    }
    yield* findMembers(others);
  }

  /** Runs all layers, from states of zeros where none are given. */
  protected run(x: Tensor, given: Partial<Result>, options: RaggedOptions): Result {
    return compute(this, x, () =>
      scope(() => {
        checkOptions<RaggedOptions>("options", options, raggedRules);
        if (x.rank === 3) return this.runBatch(x, given, options);
        checkInput(this, x, ["length", this.inputSize]);
        const one = (state: Tensor | undefined) => state && unsqueeze(state, 1);
        const states = { h: one(given.h), c: one(given.c) } as Partial<Result>;
        const { output, h, c } = this.runBatch(unsqueeze(x, this.batchFirst ? 0 : 1), states, options);
        return {
          output: squeeze(output, { axis: this.batchFirst ? 0 : 1 }),
          h: squeeze(h, { axis: 1 }),
          c: c && squeeze(c, { axis: 1 }),
        };
      }),
    );
  }

  private runBatch(x: Tensor, given: Partial<Result>, options: RaggedOptions): Result {
    const { batchFirst, directions, numLayers, inputSize } = this;
    checkInput(this, x, batchFirst ? ["n", "length", inputSize] : ["length", "n", inputSize]);
    const sequences = batchFirst ? transpose(x, [1, 0, 2]) : x;
    const [length, n] = sequences.shape as [number, number];
    if (length === 0) throw new ShapeError(`found ${formatShape(x.shape)}, expected at least one position`);
    const mask = readSequenceMask(options, { length, n, batchFirst, backend: x.backend });
    const [h0, c0] = [this.splitState("h", given.h, x, n), this.splitState("c", given.c, x, n)];
    const [h, c]: [Tensor[], Tensor[]] = [[], []];
    // What is hidden has no gradient, even if it is NaN.
    let output = mask === undefined ? sequences : where(mask, sequences, 0);
    for (let layer = 0; layer < numLayers; layer++) {
      const input = layer === 0 ? output : this.dropout.forward(output);
      const outputs = Array.from({ length: directions }, (_, direction) => {
        const cell = layer * directions + direction;
        const result = this.runCell(cell, input, { h: h0[cell]!, c: c0[cell]!, mask });
        h.push(result.h);
        if (result.c) c.push(result.c);
        return result.y;
      });
      output = directions === 1 ? outputs[0]! : concatenate(outputs, { axis: -1 });
    }
    return {
      output: batchFirst ? transpose(output, [1, 0, 2]) : output,
      h: stack(h),
      c: c.length === 0 ? undefined : stack(c),
    };
  }

  /** One direction of one layer; the products of the inputs of all positions are one. */
  private runCell(
    cell: number,
    input: Tensor,
    { h, c, mask }: { readonly h: Tensor; readonly c: Tensor; readonly mask: Tensor | undefined },
  ): ReturnType<typeof runRecurrence> {
    const { kind, cells, directions } = this;
    const { inputWeight, stateWeight, inputBias, stateBias, projection } = cells[cell]!;
    const joins = kind !== "gru" && inputBias !== undefined;
    const bias = joins ? add(inputBias.value, stateBias!.value) : inputBias?.value;
    return runRecurrence(
      { kind, reverse: cell % directions === 1 },
      {
        x: linear(input, inputWeight.value, bias),
        weight: stateWeight.value,
        bias: kind === "gru" ? stateBias?.value : undefined,
        projection: projection?.value,
        h,
        c: kind === "lstm" ? c : undefined,
        mask,
      },
    );
  }

  /** The states of all directions of all layers, zeros if none are given. */
  private splitState(
    name: "h" | "c",
    state: Tensor | undefined,
    { dtype, backend }: Tensor,
    n: number,
  ): Tensor[] {
    const count = this.numLayers * this.directions;
    const size = name === "h" ? (this.projSize ?? this.hiddenSize) : this.hiddenSize;
    if (state === undefined) return new Array<Tensor>(count).fill(zeros([n, size], { dtype, backend }));
    if (!isSameShape(state.shape, [count, n, size])) {
      throw new ShapeError(
        `state ${name}: found ${formatShape(state.shape)}, expected ${formatShape([count, n, size])}`,
      );
    }
    return split(state, count).map((part) => reshape(part, [n, size]));
  }

  override describe(): string {
    const { inputSize, hiddenSize, projSize, numLayers, bidirectional } = this;
    const size = projSize === undefined ? hiddenSize : `${hiddenSize} -> ${projSize}`;
    const layers = numLayers === 1 ? "" : `, ${numLayers} layers`;
    return `${this.constructor.name} ${inputSize} -> ${size}${layers}${bidirectional ? ", bidirectional" : ""}`;
  }
}

/** Throws ArgumentError unless a projection is smaller than the state. */
export function checkProjSize(projSize: number | undefined, hiddenSize: number): void {
  if (projSize === undefined || projSize < hiddenSize) return;
  throw new ArgumentError(`LSTM: projSize: found ${projSize}, expected less than hiddenSize, ${hiddenSize}`);
}
