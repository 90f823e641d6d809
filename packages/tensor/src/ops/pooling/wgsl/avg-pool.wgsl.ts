import type { WgslKernelParts } from "../../../core/plans/wgsl.ts";
import { invocationEntry } from "../../movement/wgsl/invocations.ts";
import { forEachPlace, windows } from "./window.wgsl.ts";

/** p.more: whether positions in the padding count. */
const head = (): string => `${windows}
fn cellsOf(corner: vec2i) -> f32 {
  let countsPadding = p.more != 0u;
  let end = min(corner + p.size, p.input + select(vec2i(), p.padding, countsPadding));
  let sides = end - select(max(corner, vec2i()), corner, countsPadding);
  return f32(sides.x * sides.y);
}`;

const poolingKernel = (entry: string, body: string): WgslKernelParts => ({
  ...{ entry, reads: { x: "f32" }, writes: { y: "f32" } },
  code: head() + invocationEntry(entry, body),
});

/** An invocation is a window. */
export const avgPoolKernel = (): WgslKernelParts =>
  poolingKernel(
    "avgPool",
    `let plane = planeOf(p.output, at);
  let corner = cornerOf(placeIn(p.output, at));
  let first = max(corner, vec2i());
  var sum = 0.0;
  ${forEachPlace("place", "first", "min(corner + p.size, p.input)", "sum += x[position(p.input, plane, place)];")}
  y[at] = sum / cellsOf(corner);`,
  );

/** An invocation is a position of the input, which adds up the shares of the windows that cover it. */
export const avgPoolGradientKernel = (): WgslKernelParts =>
  poolingKernel(
    "avgPoolGradient",
    `let plane = planeOf(p.input, at);
  let place = placeIn(p.input, at);
  let first = firstWindow(place);
  var sum = 0.0;
  ${forEachPlace("window", "first", "endWindow(place)", "sum += x[position(p.output, plane, window)] / cellsOf(cornerOf(window));")}
  y[at] = sum;`,
  );
