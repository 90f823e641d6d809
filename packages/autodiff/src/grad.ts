import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, listTensors, scope } from "@evenkeel/tensor";
import {
  callable,
  checkOptions,
  checkValue,
  either,
  listOf,
  nonNegativeInteger,
} from "@evenkeel/tensor/checks";
import { identity } from "./identity.ts";
import type { Model } from "./model.ts";
import { isModel, listTrainableParameters } from "./model.ts";
import type { Differentiated, LossResult } from "./record.ts";
import { checkFloat, differentiate } from "./record.ts";
import type { GradientsOf } from "./structure.ts";
import { checkStructure, mapTensors } from "./structure.ts";

/** Which arguments are differentiated: one position, or several. */
export type Positions = number | readonly number[];

export interface GradOptions<Wrt extends Positions> {
  /** The positions of the arguments with respect to which `f` is differentiated, default 0; a list gives a list of gradients. */
  readonly wrt?: Wrt;
}

/** The gradients of the arguments at these positions, in the shape of `wrt`. */
export type GradientsAt<Args extends readonly unknown[], Wrt extends Positions> = Wrt extends number
  ? GradientsOf<Args[Wrt]>
  : Wrt extends readonly number[]
    ? { [Index in keyof Wrt]: GradientsOf<Args[Wrt[Index] & keyof Args]> }
    : never;

/** `[value, gradients]`, followed by the auxiliary result of the function, if any. */
export type ValueAndGradients<Result extends LossResult, Gradients> = Result extends readonly [
  Tensor,
  infer Aux,
]
  ? [value: Tensor, gradients: Gradients, aux: Aux]
  : [value: Tensor, gradients: Gradients];

/**
 * The gradient of a function that returns one number.
 *
 * `grad(f)` takes the arguments of `f` and returns the gradient with respect to the first one: a tensor, or arrays and
 * records of tensors with the same structure. The gradient of an argument that the result does not depend on is zero.
 * If `f` returns `[loss, aux]`, the result is `[gradient, aux]`. The call is a scope: all intermediate tensors are
 * freed. Calls can be nested.
 *
 * Shapes: the result of `f` has one element; each gradient has the shape of its tensor.
 *
 * @param options.wrt the positions of the arguments with respect to which `f` is differentiated
 * @throws ShapeError when `f` returns more than one element; DTypeError for tensors that are not of a float dtype;
 * MissingGradientError when the result depends on an op that has no gradient; ArgumentError for an unknown option, a position
 * without a tensor, and if `f` returns a promise
 * @example
 * const slope = grad((x: Tensor) => sum(mul(x, x)));
 * slope(tensor([1, 2])); // [2, 4]
 */
export function grad<
  Args extends readonly unknown[],
  Result extends LossResult,
  const Wrt extends Positions = 0,
>(
  f: (...args: Args) => Result,
  options: GradOptions<Wrt> = {},
): (
  ...args: Args
) => Result extends readonly [Tensor, infer Aux]
  ? [gradients: GradientsAt<Args, Wrt>, aux: Aux]
  : GradientsAt<Args, Wrt> {
  checkFunction("grad", f, options);
  // The scope frees the value unless `aux` also contains it.
  return (...args) =>
    scope(() => {
      const { gradients, aux } = differentiateFunction("grad", f, args, options.wrt ?? 0);
      return (aux === undefined ? gradients : [gradients, aux]) as never;
    });
}

/**
 * Like `grad`, but also returns the value: `[value, gradients]`, or `[value, gradients, aux]` if the function returns
 * `[value, aux]`.
 *
 * Given a model, it differentiates with respect to the values of `model.parameters()`: the gradients are a list in the order of
 * `listTrainableParameters(model)`. Throws as `grad` does.
 *
 * @example
 * const step = valueAndGrad(model, (x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y));
 * const [loss, gradients] = step(images, labels);
 */
export function valueAndGrad<Args extends readonly unknown[], Result extends LossResult>(
  model: Model,
  loss: (...args: Args) => Result,
): (...args: Args) => ValueAndGradients<Result, Tensor[]>;
export function valueAndGrad<
  Args extends readonly unknown[],
  Result extends LossResult,
  const Wrt extends Positions = 0,
>(
  f: (...args: Args) => Result,
  options?: GradOptions<Wrt>,
): (...args: Args) => ValueAndGradients<Result, GradientsAt<Args, Wrt>>;
export function valueAndGrad(
  first: Model | ((...args: readonly unknown[]) => LossResult),
  second?: GradOptions<Positions> | ((...args: readonly unknown[]) => LossResult),
): (...args: readonly unknown[]) => unknown[] {
  if (isModel(first)) {
    checkValue("valueAndGrad: loss", second, callable);
    const loss = second as (...args: readonly unknown[]) => LossResult;
    return (...args) => listResults(differentiateModel(first, () => loss(...args)));
  }
  const options = second as GradOptions<Positions> | undefined;
  checkFunction("valueAndGrad", first, options);
  return (...args) => listResults(differentiateFunction("valueAndGrad", first, args, options?.wrt ?? 0));
}

const listResults = ({ value, gradients, aux }: { value: Tensor; gradients: unknown; aux: unknown }) =>
  aux === undefined ? [value, gradients] : [value, gradients, aux];

function checkFunction(operation: string, f: unknown, options: GradOptions<Positions> = {}): void {
  checkValue(`${operation}: function`, f, callable);
  const wrt = either(nonNegativeInteger, listOf(nonNegativeInteger));
  checkOptions<GradOptions<Positions>>(operation, options, { wrt });
}

function differentiateModel(model: Model, loss: () => LossResult): Differentiated {
  const sources = listTrainableParameters(model).map(({ value }) => value);
  for (const source of sources) checkFloat("valueAndGrad", "parameters", source);
  return differentiate("valueAndGrad", sources, loss);
}

function differentiateFunction<Args extends readonly unknown[]>(
  operation: string,
  f: (...args: Args) => LossResult,
  args: Args,
  wrt: Positions,
): { value: Tensor; gradients: unknown; aux: unknown } {
  const positions = typeof wrt === "number" ? [wrt] : wrt;
  for (const position of positions) checkArgument(operation, args, position);
  return scope(() => {
    // Each tensor gets its own identity, so that one that is passed twice, or also captured, is distinguished.
    const sources: Tensor[] = [];
    const inputs = args.map((argument, position) =>
      positions.includes(position)
        ? mapTensors(argument, (tensor) => sources[sources.push(identity(tensor)) - 1])
        : argument,
    ) as unknown as Args;
    const { value, gradients, aux } = differentiate(operation, sources, () => f(...inputs));
    const gradientOfSource = new Map(sources.map((source, index) => [source, gradients[index]!]));
    const structured = positions.map((position) =>
      mapTensors(
        inputs[position],
        (source) => gradientOfSource.get(source),
        () => undefined,
      ),
    );
    return { value, aux, gradients: typeof wrt === "number" ? structured[0] : structured };
  });
}

function checkArgument(operation: string, args: readonly unknown[], position: number): void {
  checkStructure(`${operation}: argument ${position}`, args[position]);
  const tensors = [...listTensors(args[position])];
  if (tensors.length === 0) {
    throw new ArgumentError(
      `${operation}: wrt: found ${position}, expected the position of one of the ${args.length} arguments that contains tensors`,
    );
  }
  for (const tensor of tensors) checkFloat(operation, `argument ${position}`, tensor);
}
