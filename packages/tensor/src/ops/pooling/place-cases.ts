import type { CaseInput, OpCase } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { PoolAttributes, PoolGradientAttributes } from "./attributes.ts";
import { placeType } from "./places.ts";
import type { PoolCase } from "./pooling-cases.ts";
import { poolCases } from "./pooling-cases.ts";
import { planeGeometry, pooledShape } from "./pooling-geometry.ts";
import { windowsOf } from "./windows.ts";

/** Places inside of the input, another one for each window. */
export function placesOf({ shape, attrs }: PoolCase): CaseInput {
  const pooled = pooledShape("places", shape, attrs);
  const values = Array.from(
    windowsOf(planeGeometry(shape, pooled, attrs)),
    ({ output, cells }) => cells[(output * 7) % cells.length]!.place,
  );
  return { shape: pooled, dtype: placeType(attrs), values };
}

const floats = (shape: Shape): CaseInput => ({ shape, dtype: "f32", values: { normal: [0, 1] } });

/** Inputs: what is selected from, and the places. */
export const selectCases: readonly OpCase<PoolAttributes>[] = poolCases.map((one) => ({
  name: one.name,
  attrs: one.attrs,
  inputs: [floats(one.shape), placesOf(one)],
}));

/** Inputs: the gradient of the pooled values, and the places. */
export const gradientCases: readonly OpCase<PoolGradientAttributes>[] = poolCases.map((one) => {
  const places = placesOf(one);
  return {
    name: one.name,
    attrs: { ...one.attrs, inputShape: one.shape },
    inputs: [floats(places.shape), places],
  };
});
