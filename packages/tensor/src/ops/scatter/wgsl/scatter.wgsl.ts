import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { findFirstCode } from "../../indexing/wgsl/indexing.wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";
import { finiteCode } from "../../reduction/wgsl/finite.wgsl.ts";
import type { Combination } from "../attributes.ts";

/** The type of the elements. */
export type ScatterType = "f32" | "i32" | "u32";

const scatter = {
  reads: { x: "Element", updates: "Element", places: "u32", rows: "u32" },
  writes: { y: "Element" },
  parameters: { count: "u32", length: "u32", chosen: "u32", inner: "u32", identity: "u32" },
} as const;

/** An extreme that is NaN if either operand is. */
const writeExtreme = (name: "max" | "min", type: ScatterType): string =>
  type === "f32" ? `select(select(${name}(a, b), b, isNan(b)), a, isNan(a))` : `${name}(a, b)`;

const combined: { readonly [reduction in Combination]: (type: ScatterType) => string } = {
  replace: () => "b",
  sum: () => "a + b",
  product: () => "a * b",
  max: (type) => writeExtreme("max", type),
  min: (type) => writeExtreme("min", type),
};

/** Combines the updates of an element, whose places are sorted by row, in their order: an invocation computes an element of y. */
export const writeScatterKernel = (
  type: ScatterType,
  reduction: Combination,
  { startsAnew, counts }: { readonly startsAnew: boolean; readonly counts: boolean },
): WgslKernel<typeof scatter> =>
  makeWgslKernel({
    entry: "scatter",
    schema: scatter,
    code: `alias Element = ${type};
${type === "f32" ? finiteCode : ""}
${findFirstCode}
fn combine(a: Element, b: Element) -> Element { return ${combined[reduction](type)}; }
${writeInvocationEntry(
  "scatter",
  `${counts ? "if (at == 0u) { countOutside(countRowsOutside()); }" : ""}
  let row = at / p.inner % p.length;
  let first = at / p.inner / p.length * p.chosen;
  var value = x[at];
  var k = findFirst(row);
  if (k < p.chosen && rows[k] == row) {
    let end = findFirst(row + 1u);
    ${startsAnew ? "value = bitcast<Element>(p.identity);" : ""}
    ${reduction === "replace" ? "k = end - 1u;" : ""}
    for (; k < end; k++) { value = combine(value, updates[(first + places[k]) * p.inner + at % p.inner]); }
  }
  y[at] = value;`,
)}`,
  });
