import type { Tensor } from "@evenkeel/tensor";
import { expectTypeOf } from "vitest";
import type { GradientsOf, Pullback } from "../src/index.ts";
import { grad, valueAndGrad, vjp } from "../src/index.ts";

// These functions are not called: the compiler checks them.
declare const x: Tensor;
const loss = (_x: Tensor, _parameters: { weight: Tensor; rate: number }, _layers: Tensor[]): Tensor => x;
const lossWithAux = (_x: Tensor): [Tensor, { accuracy: number }] => [x, { accuracy: 1 }];

/** Gradients have the structure of the arguments. */
export function structures(): void {
  expectTypeOf(grad(loss)).returns.toEqualTypeOf<Tensor>();
  expectTypeOf(grad(loss, { wrt: 1 })).returns.toEqualTypeOf<{ weight: Tensor; rate: undefined }>();
  expectTypeOf(grad(loss, { wrt: [0, 2] })).returns.toEqualTypeOf<readonly [Tensor, Tensor[]]>();
  expectTypeOf(grad(loss)).parameters.toEqualTypeOf<Parameters<typeof loss>>();
  expectTypeOf<GradientsOf<[Tensor, { a: Tensor }, string]>>().toEqualTypeOf<
    [Tensor, { a: Tensor }, undefined]
  >();
}

/** What the function returns beside its value comes along. */
export function valuesBesides(): void {
  expectTypeOf(grad(lossWithAux)).returns.toEqualTypeOf<[gradients: Tensor, aux: { accuracy: number }]>();
  expectTypeOf(valueAndGrad(loss)).returns.toEqualTypeOf<[value: Tensor, gradients: Tensor]>();
  expectTypeOf(valueAndGrad(lossWithAux)).returns.toEqualTypeOf<
    [value: Tensor, gradients: Tensor, aux: { accuracy: number }]
  >();
}

/** A model's gradients are a list. */
export function gradientsOfModels(): void {
  const model = { parameters: () => [{ value: x, name: "weight" }] };
  const step = valueAndGrad(model, (_images: Tensor, _labels: Tensor) => x);
  expectTypeOf(step).parameters.toEqualTypeOf<[Tensor, Tensor]>();
  expectTypeOf(step).returns.toEqualTypeOf<[value: Tensor, gradients: Tensor[]]>();
}

/** A pullback takes a gradient for each output and returns one for each input. */
export function pullbacks(): void {
  const call = (): [Tensor, Pullback<readonly [Tensor, Tensor], Tensor>] =>
    vjp((a, b) => (a.rank > 0 ? a : b), x, x);
  expectTypeOf(call).returns.toEqualTypeOf<[Tensor, Pullback<readonly [Tensor, Tensor], Tensor>]>();
}

/** Wrong arguments do not compile. */
export function wrongArguments(): void {
  // @ts-expect-error a number is not a loss
  grad((_x: Tensor) => 3);
  // @ts-expect-error the option is called wrt
  grad(loss, { argnums: 1 });
}
