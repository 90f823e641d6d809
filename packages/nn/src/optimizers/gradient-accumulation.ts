import type { Expression, StateChange, Tensor } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, fromData, keep, mul, scope } from "@evenkeel/tensor";
import { checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { copyTensor } from "../module/copy.ts";
import type { Parameter } from "../module/variable.ts";
import type { Gradients, OptimizerAttachment } from "./attachment.ts";
import { anOptimizer } from "./attachment.ts";
import { checkAttachmentState, readAttachmentState } from "./attachment-state.ts";
import type { Optimizer } from "./optimizer.ts";
import { updateInPlace } from "./update-in-place.ts";

export interface GradientAccumulationOptions {
  /** The number of steps whose gradients are averaged for one update. */
  readonly steps: number;
}

let total: Expression | undefined;
let mean: Expression | undefined;

const buildTotal = (): Expression =>
  (total ??= buildExpression({ inputs: ["f32", "f32"], scalars: [] }, ([a, b]) => e.add(a!, b!)));

const buildMean = (): Expression =>
  (mean ??= buildExpression({ inputs: ["f32", "f32"], scalars: ["f32"] }, ([a, b], [share]) =>
    e.mul(e.add(a!, b!), share!),
  ));

/**
 * Accumulates gradients over micro-batches: of `steps` calls of the optimizer's `step`, as `fit` makes for each batch, the last one
 * updates, with the mean of all their gradients, and the others change no parameter. It is attached to the optimizer, whose saved
 * state then has the gradients of an update that is not complete, so a run may end and be resumed between micro-batches, and an
 * update may take the last micro-batches of one epoch and the first of the next.
 *
 * With a loss that is a mean and micro-batches of equal size, the update is that of one large batch, as far as the layers treat
 * examples separately. Batch norm does not: it normalizes each micro-batch by the statistics of that micro-batch alone, as ghost
 * batches do, and updates its running statistics with each. Micro-batches should therefore not be small; with layer or group norm
 * they may be. A `schedule` of `fit` counts micro-batches, that of a group counts updates.
 *
 * Throws ArgumentError for options out of range, and for an optimizer that accumulates already.
 *
 * @example
 * const optimizer = new SGD(model, { learningRate: 0.1 });
 * const accumulation = new GradientAccumulation(optimizer, { steps: 4 });
 */
export class GradientAccumulation implements OptimizerAttachment {
  readonly name = "accumulation";
  readonly settings: { readonly steps: number };
  private readonly optimizer: Optimizer;
  private readonly sums: Map<Parameter, Tensor> = new Map();
  private taken = 0;

  constructor(optimizer: Optimizer, options: GradientAccumulationOptions) {
    checkOptions<GradientAccumulationOptions>("GradientAccumulation", options, { steps: positiveInteger }, [
      "steps",
    ]);
    checkValue("GradientAccumulation: optimizer", optimizer, anOptimizer);
    this.settings = { steps: options.steps };
    this.optimizer = optimizer;
    optimizer.attach(this);
  }

  /** The micro-batches of the next update that are done. */
  get pending(): number {
    return this.taken;
  }

  collect(gradients: Gradients): Gradients | undefined {
    const { steps } = this.settings;
    if (this.taken === steps - 1) {
      return new Map(
        [...gradients].map(([parameter, gradient]) => [parameter, this.average(parameter, gradient)]),
      );
    }
    let changed = 0;
    try {
      for (const [parameter, gradient] of gradients) {
        this.add(parameter, gradient);
        changed++;
      }
    } catch (error) {
      throw changed === 0 ? error : this.optimizer.invalidate(error);
    }
    this.taken++;
    return undefined;
  }

  follow(): void {
    this.reset();
  }

  reset(): void {
    for (const sum of this.sums.values()) sum.dispose();
    this.sums.clear();
    this.taken = 0;
  }

  readStateArrays(): Promise<Map<string, StoredArray>> {
    const named = this.optimizer.listParameters().flatMap(({ name, parameter }) => {
      const sum = this.sums.get(parameter);
      return sum === undefined ? [] : [[name, sum] as const];
    });
    return readAttachmentState({ taken: this.taken }, new Map(named));
  }

  prepareState(state: ReadonlyMap<string, StoredArray>): StateChange {
    const parameters = new Map(
      this.optimizer.listParameters().map(({ name, parameter }) => [name, parameter]),
    );
    const shapes = new Map([...parameters].map(([name, { spec }]) => [name, spec.shape]));
    const { counts, arrays } = checkAttachmentState(state, ["taken"], shapes);
    const sums = scope(() =>
      [...arrays].map(([name, { data, shape }]) => {
        const parameter = parameters.get(name)!;
        const { backend } = parameter.value;
        return [parameter, keep(fromData(data, { shape, dtype: "f32" }, { backend }))] as const;
      }),
    );
    return {
      commit: () => {
        this.reset();
        for (const [parameter, sum] of sums) this.sums.set(parameter, sum);
        this.taken = counts.taken;
      },
      discard: () => {
        for (const [, sum] of sums) sum.dispose();
      },
    };
  }

  /** The mean of a complete update, of which a parameter that was frozen before has only this gradient. */
  private average(parameter: Parameter, gradient: Tensor): Tensor {
    const { steps } = this.settings;
    const sum = this.sums.get(parameter);
    if (sum === undefined) return steps === 1 ? gradient : mul(gradient, 1 / steps);
    return evaluateExpression(buildMean(), [sum, gradient], { scalars: [1 / steps] })[0]!;
  }

  private add(parameter: Parameter, gradient: Tensor): void {
    const sum = this.sums.get(parameter);
    if (sum === undefined) this.sums.set(parameter, keep(copyTensor(gradient)));
    else this.sums.set(parameter, updateInPlace(buildTotal(), [sum, gradient]));
  }
}
