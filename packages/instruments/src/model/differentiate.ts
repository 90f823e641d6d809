import { valueAndGrad } from "@evenkeel/autodiff";
import type { Module } from "@evenkeel/nn";
import {
  ArgumentError,
  mul,
  scope,
  sqrt,
  stack,
  sub,
  sum,
  type Tensor,
  withoutStateChanges,
} from "@evenkeel/tensor";
import { callable, checkOptions, checkValue, describeValue, type Rules } from "@evenkeel/tensor/checks";
import { aModule } from "./check-arguments.ts";

/** A batch on the device of the model. Its tensors belong to the caller. */
export interface LabelledBatch<Inputs = Tensor, Labels = Tensor> {
  readonly inputs: Inputs;
  readonly labels: Labels;
}

/** The value that training minimizes, as a tensor of one element. */
export type Loss<Labels = Tensor, Outputs = Tensor> = (outputs: Outputs, labels: Labels) => Tensor;

export interface LossAndGradients {
  /** One element. */
  readonly loss: Tensor;
  /** In the order of `listTrainableParameters(model)`. */
  readonly gradients: readonly Tensor[];
}

/** The loss of a batch in the mode of the model, without a change of running statistics and random sources. */
export const computeLoss = <Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  { inputs, labels }: LabelledBatch<Inputs, Labels>,
  loss: Loss<Labels, Outputs>,
): Tensor => scope(() => withoutStateChanges(() => loss(model.forward(inputs), labels)));

/** The loss of a batch with its gradients, likewise. */
export function differentiate<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  { inputs, labels }: LabelledBatch<Inputs, Labels>,
  loss: Loss<Labels, Outputs>,
): LossAndGradients {
  const compute = valueAndGrad(model, () => loss(model.forward(inputs), labels));
  const [value, gradients] = scope(() => withoutStateChanges(() => compute()));
  return { loss: value, gradients };
}

/** The Euclidean norm of all tensors together, or of their differences to others; one element. */
export const computeNorm = (tensors: readonly Tensor[], others?: readonly Tensor[]): Tensor =>
  scope(() => {
    const differences =
      others === undefined ? tensors : tensors.map((one, index) => sub(one, others[index]!));
    return sqrt(sum(stack(differences.map((one) => sum(mul(one, one))))));
  });

/** The number in a tensor of one element, which is disposed. */
export async function readNumber(value: Tensor): Promise<number> {
  const numbers = value.data();
  value.dispose();
  return Number((await numbers)[0]);
}

export const disposeAll = (tensors: readonly Tensor[]): void => {
  for (const one of tensors) one.dispose();
};

/**
 * Checks the arguments of a measurement of a batch: the model, the batch, the loss and the other options, which are all required.
 * Throws ArgumentError.
 */
export function checkMeasurement<Options extends { readonly loss: unknown }>(
  where: string,
  { model, batch, options }: { readonly model: unknown; readonly batch: unknown; readonly options: object },
  rules: Rules<Omit<Options, "loss">>,
): void {
  checkValue(`${where}: model`, model, aModule);
  const { inputs, labels } = (batch ?? {}) as Partial<LabelledBatch<unknown, unknown>>;
  if (inputs === undefined || labels === undefined) {
    throw new ArgumentError(
      `${where}: batch: found ${describeValue(batch)}, expected { inputs, labels } of tensors`,
    );
  }
  const all = { ...rules, loss: callable } as Rules<object>;
  checkOptions(where, options, all, Object.keys(all) as never[]);
}
