import { listTrainableParameters } from "@evenkeel/autodiff";
import type { AnyModule, Parameter } from "@evenkeel/nn";
import { add, keep, mul, scope, type Tensor } from "@evenkeel/tensor";

/** A way to go from a point: a tensor for each trainable parameter, or undefined for one that stays, and how often it is added. */
export interface Displacement {
  readonly direction: readonly (Tensor | undefined)[];
  readonly distance: number;
}

/** The place of a model in the space of its trainable parameters, which measurements leave and return to. */
export class ParameterPoint {
  readonly parameters: readonly Parameter[];
  /** Copies: an optimizer may update parameters in place. */
  readonly values: readonly Tensor[];

  constructor(model: AnyModule) {
    this.parameters = listTrainableParameters(model);
    this.values = scope(() => this.parameters.map(({ value }) => copy(value)));
    for (const value of this.values) keep(value);
  }

  /** Puts the parameters at the sum of this point and the displacements. */
  move(...displacements: readonly Displacement[]): void {
    for (const [index, parameter] of this.parameters.entries()) {
      scope(() => {
        const steps = displacements.flatMap(({ direction, distance }) => {
          const along = direction[index];
          return along === undefined ? [] : [mul(along, distance)];
        });
        parameter.value = steps.reduce((sum, step) => add(sum, step), copy(this.values[index]!));
      });
    }
  }

  /** Puts these parameters, by their indices, here; the others stay where they are. */
  restore(indices: readonly number[]): void {
    for (const index of indices) {
      scope(() => {
        this.parameters[index]!.value = copy(this.values[index]!);
      });
    }
  }

  dispose(): void {
    for (const value of this.values) value.dispose();
  }
}

/** The same bits in memory of their own. */
const copy = (value: Tensor): Tensor => mul(value, 1);

/** Runs a measurement that moves the model, and puts it back. */
export async function fromHere<Result>(
  model: AnyModule,
  measure: (here: ParameterPoint) => Promise<Result>,
): Promise<Result> {
  const here = new ParameterPoint(model);
  try {
    return await measure(here);
  } finally {
    here.move();
    here.dispose();
  }
}
