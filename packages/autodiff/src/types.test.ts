import type { Tensor } from "@evenkeel/tensor";
import { expect, expectTypeOf, test } from "vitest";
import type { GradientsOf, Pullback } from "./index.ts";
import { grad, valueAndGrad, vjp } from "./index.ts";

// These functions are not called: only their types are checked.
declare const x: Tensor;
const loss = (_x: Tensor, _parameters: { weight: Tensor; rate: number }, _layers: Tensor[]): Tensor => x;
const lossWithAux = (_x: Tensor): [Tensor, { accuracy: number }] => [x, { accuracy: 1 }];

test("gradients have the structure of the arguments", () => {
  expectTypeOf(grad(loss)).returns.toEqualTypeOf<Tensor>();
  expectTypeOf(grad(loss, { wrt: 1 })).returns.toEqualTypeOf<{ weight: Tensor; rate: undefined }>();
  expectTypeOf(grad(loss, { wrt: [0, 2] })).returns.toEqualTypeOf<readonly [Tensor, Tensor[]]>();
  expectTypeOf(grad(loss)).parameters.toEqualTypeOf<Parameters<typeof loss>>();
  expectTypeOf<GradientsOf<[Tensor, { a: Tensor }, string]>>().toEqualTypeOf<
    [Tensor, { a: Tensor }, undefined]
  >();
});

test("what the function returns beside its value comes along", () => {
  expectTypeOf(grad(lossWithAux)).returns.toEqualTypeOf<[gradients: Tensor, aux: { accuracy: number }]>();
  expectTypeOf(valueAndGrad(loss)).returns.toEqualTypeOf<[value: Tensor, gradients: Tensor]>();
  expectTypeOf(valueAndGrad(lossWithAux)).returns.toEqualTypeOf<
    [value: Tensor, gradients: Tensor, aux: { accuracy: number }]
  >();
});

test("a model's gradients are a list", () => {
  const model = { parameters: () => [{ value: x, name: "weight" }] };
  const step = valueAndGrad(model, (_images: Tensor, _labels: Tensor) => x);
  expectTypeOf(step).parameters.toEqualTypeOf<[Tensor, Tensor]>();
  expectTypeOf(step).returns.toEqualTypeOf<[value: Tensor, gradients: Tensor[]]>();
});

test("a pullback takes a gradient for each output and returns one for each input", () => {
  const call = (): [Tensor, Pullback<readonly [Tensor, Tensor], Tensor>] =>
    vjp((a, b) => (a.rank > 0 ? a : b), x, x);
  expectTypeOf(call).returns.toEqualTypeOf<[Tensor, Pullback<readonly [Tensor, Tensor], Tensor>]>();
});

test("wrong arguments do not compile", () => {
  // @ts-expect-error a number is not a loss
  grad((_x: Tensor) => 3);
  // @ts-expect-error the option is called wrt
  expect(() => grad(loss, { argnums: 1 })).toThrow('the option "argnums"');
});
