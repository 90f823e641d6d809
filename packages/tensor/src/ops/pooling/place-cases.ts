import type { CaseInput, OpCase } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { PoolAttributes, PoolGradientAttributes } from "./attributes.ts";
import { choosePlaceType } from "./places.ts";
import type { PoolCase } from "./pooling-cases.ts";
import { dilatedCases, poolCases } from "./pooling-cases.ts";
import { computePlaneGeometry, computePooledShape } from "./pooling-geometry.ts";
import { listWindows } from "./windows.ts";

/** Places inside of the input, another one for each window. */
export function makePlaces({ shape, attrs }: PoolCase): CaseInput {
  const pooled = computePooledShape("places", shape, attrs);
  const values = Array.from(
    listWindows(computePlaneGeometry(shape, pooled, attrs)),
    ({ output, cells }) => cells[(output * 7) % cells.length]!.place,
  );
  return { shape: pooled, dtype: choosePlaceType(attrs), values };
}

const windowCases: readonly PoolCase[] = [...poolCases, ...dilatedCases];

const floats = (shape: Shape): CaseInput => ({ shape, dtype: "f32", values: { normal: [0, 1] } });

/** Inputs: what is selected from, and the places. */
export const selectCases: readonly OpCase<PoolAttributes>[] = windowCases.map((one) => ({
  name: one.name,
  attrs: one.attrs,
  inputs: [floats(one.shape), makePlaces(one)],
}));

/** Inputs: the gradient of the pooled values, and the places. */
export const gradientCases: readonly OpCase<PoolGradientAttributes>[] = windowCases.map((one) => {
  const places = makePlaces(one);
  return {
    name: one.name,
    attrs: { ...one.attrs, inputShape: one.shape },
    inputs: [floats(places.shape), places],
  };
});
