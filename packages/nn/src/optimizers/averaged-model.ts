import type { Expression, StateChange, Tensor, Value } from "@evenkeel/tensor";
import {
  ArgumentError,
  buildExpression,
  e,
  fromData,
  keep,
  makeAlias,
  scope,
  zerosLike,
} from "@evenkeel/tensor";
import {
  callable,
  checkOptions,
  checkValue,
  either,
  fraction,
  nonNegativeInteger,
  positiveInteger,
  text,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import type { AnyModule } from "../module/module.ts";
import type { StateDict } from "../module/state-dict.ts";
import { listStatefulMembers, makeStateDict } from "../module/state-dict.ts";
import { StateDictError } from "../module/state-dict-error.ts";
import type { Variable } from "../module/variable.ts";
import { Counter, Parameter } from "../module/variable.ts";
import type { OptimizerAttachment } from "./attachment.ts";
import { anOptimizer } from "./attachment.ts";
import { checkAttachmentState, readAttachmentState } from "./attachment-state.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkState } from "./optimizer-state.ts";
import { updateInPlace } from "./update-in-place.ts";

/** What is averaged, and how. */
export interface AveragedModelOptions {
  /**
   * The weight of the average so far in an exponential moving average, or a function of the number of values that it has; absent, all
   * values weigh the same, as in stochastic weight averaging.
   */
  readonly decay?: number | ((count: number) => number);
  /** The number of updates before the first that counts; default 0. */
  readonly start?: number;
  /** The number of updates from one that counts to the next; default 1. */
  readonly every?: number;
  /** Whether buffers, such as running statistics, are averaged too; default false: they are those of the model. */
  readonly buffers?: boolean;
  /** Calls `update` after each of its updates, and saves the averages with its state; absent, call it yourself. */
  readonly optimizer?: Optimizer;
  /** Tells several averages of one optimizer apart; default `average`. */
  readonly name?: string;
}

let blend: Expression | undefined;
let gatedBlend: Expression | undefined;

/** a + weight (b - a). */
const mix = (a: Value, b: Value, weight: Value): Value => e.add(a, e.mul(weight, e.sub(b, a)));

const buildBlend = (): Expression =>
  (blend ??= buildExpression({ inputs: ["f32", "f32"], scalars: ["f32"] }, ([a, b], [weight]) =>
    mix(a!, b!, weight!),
  ));

/** The same, or a where the gate is 0. */
const buildGatedBlend = (): Expression =>
  (gatedBlend ??= buildExpression(
    { inputs: ["f32", "f32", "f32"], scalars: ["f32"] },
    ([a, b, gate], [weight]) => e.select(e.equal(gate!, 0), a!, mix(a!, b!, weight!)),
  ));

/**
 * Averages of the parameters of a model over its updates: `torch.optim.swa_utils.AveragedModel`. With `decay` an exponential moving
 * average, otherwise the mean (stochastic weight averaging, Izmailov et al. 2018). They take one launch for each parameter and update,
 * and stay on the device. Given the optimizer, they are saved and resumed with it, by `fit` too; an update that `fit` holds back, because
 * its loss or gradients are not finite, leaves them as they were.
 *
 * `use` runs a function with the averages in the model; `stateDict` is what another model loads. Running statistics of batch norm
 * belong to the weights with which they were computed: `preciseBatchNorm` computes those of the averages.
 *
 * Throws ArgumentError for options out of range, and for two averages of one name at one optimizer.
 *
 * @example
 * const optimizer = new SGD(model, { learningRate: 0.1 });
 * const averaged = new AveragedModel(model, { decay: 0.99, optimizer });
 * await fit(model, { data: batches(train, { batchSize: 128 }), loss: crossEntropy, optimizer, epochs: 1 });
 * await averaged.use(async () => {
 *   await preciseBatchNorm(model, batches(train, { batchSize: 128 }));
 *   return evaluate(model, { data: test, loss: crossEntropy });
 * });
 */
export class AveragedModel implements OptimizerAttachment {
  readonly name: string;
  readonly settings: { readonly [name: string]: string | number | boolean };
  private readonly model: AnyModule;
  /** The weight of a new value beside the average of so many. */
  private readonly computeWeight: (count: number) => number;
  private readonly start: number;
  private readonly every: number;
  private readonly variables: ReadonlyMap<string, Variable>;
  /** Empty before the first value. */
  private readonly averages: Map<Variable, Tensor> = new Map();
  private updates = 0;
  private averaged = 0;
  private isUsed = false;

  constructor(model: AnyModule, options: AveragedModelOptions = {}) {
    checkOptions<AveragedModelOptions>("AveragedModel", options, {
      decay: either(fraction, callable),
      start: nonNegativeInteger,
      every: positiveInteger,
      buffers: yesOrNo,
      optimizer: anOptimizer,
      name: text,
    });
    const { decay, start = 0, every = 1, buffers = false, optimizer, name = "average" } = options;
    this.name = name;
    this.model = model;
    this.start = start;
    this.every = every;
    this.computeWeight = (count) => {
      if (decay === undefined || count === 0) return 1 / (count + 1);
      return 1 - (typeof decay === "number" ? decay : decay(count));
    };
    this.variables = listAveraged(model, buffers);
    const described = typeof decay === "number" ? decay : decay === undefined ? "mean" : "a function";
    this.settings = { decay: described, start, every, buffers };
    optimizer?.attach(this);
  }

  /** The number of values that the averages have so far. */
  get count(): number {
    return this.averaged;
  }

  /** Counts an update of the model, and takes its values where it counts. Throws ArgumentError within `use`. */
  update(): void {
    this.prepare();
    this.follow();
  }

  prepare(): void {
    if (this.isUsed)
      throw new ArgumentError("AveragedModel: update: the averages are in the model: wait for `use`");
    if (!this.isNextCounted() || this.averaged > 0 || this.averages.size > 0) return;
    scope(() => {
      const zeros = [...this.variables.values()].map(({ value }) => zerosLike(value));
      [...this.variables.values()].forEach((variable, index) => {
        this.averages.set(variable, keep(zeros[index]!));
      });
    });
  }

  follow(admitted?: Tensor): void {
    const isCounted = this.isNextCounted();
    this.updates++;
    if (!isCounted) return;
    const weight = this.computeWeight(this.averaged);
    // The first value replaces zeros. If its update was held back, the model has the value before it.
    const isGated = admitted !== undefined && this.averaged > 0;
    for (const [variable, average] of this.averages) {
      const next = isGated
        ? updateInPlace(buildGatedBlend(), [average, variable.value, admitted], [weight])
        : updateInPlace(buildBlend(), [average, variable.value], [weight]);
      this.averages.set(variable, next);
    }
    this.averaged++;
  }

  /**
   * Runs a function, which may be asynchronous, while the model has the averages, and puts its own values back afterwards: parameters,
   * buffers and counters, whatever the function does to them. Throws ArgumentError where there is no average yet, and within `use`.
   */
  async use<Result>(body: () => Result | Promise<Result>): Promise<Result> {
    checkValue("AveragedModel: use", body, callable);
    if (this.averaged === 0 || this.isUsed) {
      const found = this.isUsed ? "a call within another one" : "no average yet";
      throw new ArgumentError(`AveragedModel: use: found ${found}, expected averages to put into the model`);
    }
    const restore = captureValues(this.model);
    this.isUsed = true;
    try {
      for (const [variable, average] of this.averages) variable.value = makeAlias(average);
      return await body();
    } finally {
      restore();
      this.isUsed = false;
    }
  }

  /** The averages, and the model's own values of what is not averaged. The tensors belong to the caller. */
  stateDict(): StateDict {
    const state = makeStateDict(this.model);
    for (const [path, member] of listStatefulMembers(this.model)) {
      const average = member instanceof Counter ? undefined : this.averages.get(member);
      if (average === undefined || this.averaged === 0) continue;
      (state[path] as Tensor).dispose();
      state[path] = makeAlias(average);
    }
    return state;
  }

  /** The averages and their counts as of this call: what resuming needs, where it is not part of the optimizer's state. */
  readStateArrays(): Promise<Map<string, StoredArray>> {
    const named = [...this.variables].map(([path, variable]) => [path, this.averages.get(variable)] as const);
    const present = this.averaged === 0 ? [] : (named as (readonly [string, Tensor])[]);
    return readAttachmentState({ updates: this.updates, averaged: this.averaged }, new Map(present));
  }

  /** Loads the result of `readStateArrays`. Throws StateDictError where it belongs to another model; nothing has changed then. */
  loadState(state: ReadonlyMap<string, StoredArray>): void {
    checkState("AveragedModel: state", state);
    this.prepareState(state).commit();
  }

  prepareState(state: ReadonlyMap<string, StoredArray>): StateChange {
    const shapes = new Map([...this.variables].map(([path, { spec }]) => [path, spec.shape]));
    const { counts, arrays } = checkAttachmentState(state, ["updates", "averaged"], shapes);
    const expected = counts.averaged > 0 ? [...this.variables.keys()] : [];
    const missing = expected.filter((path) => !arrays.has(path));
    if (missing.length > 0) throw new StateDictError({ missing, unexpected: [], mismatched: [] });
    const averages = scope(() =>
      expected.map((path) => {
        const variable = this.variables.get(path)!;
        const { backend } = variable.value;
        return [variable, keep(fromData(arrays.get(path)!.data, variable.spec, { backend }))] as const;
      }),
    );
    return {
      commit: () => {
        this.dispose();
        for (const [variable, average] of averages) this.averages.set(variable, average);
        this.updates = counts.updates;
        this.averaged = counts.averaged;
      },
      discard: () => {
        for (const [, average] of averages) average.dispose();
      },
    };
  }

  /** Frees the averages, and counts from the beginning. */
  dispose(): void {
    for (const average of this.averages.values()) average.dispose();
    this.averages.clear();
    this.updates = 0;
    this.averaged = 0;
  }

  private isNextCounted(): boolean {
    const index = this.updates - this.start;
    return index >= 0 && index % this.every === 0;
  }
}

/** What is averaged, each variable under its first path. */
function listAveraged(model: AnyModule, buffers: boolean): Map<string, Variable> {
  const paths = new Map<Variable, string>();
  for (const [path, member] of listStatefulMembers(model)) {
    const isAveraged = member instanceof Parameter || (buffers && !(member instanceof Counter));
    if (isAveraged && member.value.dtype === "f32" && !paths.has(member)) paths.set(member, path);
  }
  return new Map([...paths].map(([variable, path]) => [path, variable]));
}

/** Returns a function that puts the current values of a model back. */
function captureValues(model: AnyModule): () => void {
  const undo = [...new Set(listStatefulMembers(model).values())].map((member) => {
    if (member instanceof Counter) {
      const { value } = member;
      return () => {
        member.value = value;
      };
    }
    const value = keep(makeAlias(member.value));
    return () => {
      member.value = value;
    };
  });
  return () => {
    for (const put of undo) put();
  };
}
