import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";
import { ofWindows, writeForEachPlace, writeWindows } from "./window.wgsl.ts";

/** What the sum of a window is divided by: adaptive windows have no padding. */
const writeHead = (isAdaptive: boolean): string => `${writeWindows(isAdaptive)}
fn findDivisor(corner: vec2i, window: vec2i) -> f32 {
  if (p.divisor != 0.0) { return p.divisor; }
  let inside = findEnd(corner, window) - max(corner, vec2i());
  let padded = min(p.size, p.input + p.paddingAfter - corner);
  let sides = select(inside, padded, ${isAdaptive ? "false" : "p.countsPadding != 0u"});
  return f32(sides.x * sides.y);
}`;

const avgPool = {
  reads: { x: "f32" },
  writes: { y: "f32" },
  parameters: { countsPadding: "u32", divisor: "f32", paddingAfter: "vec2i" },
} as const;

/** An invocation computes the mean of one window. */
export const writeAvgPoolKernel = (isAdaptive: boolean): WgslKernel<typeof avgPool & typeof ofWindows> =>
  makeWgslKernel({
    entry: "avgPool",
    schema: joinSchemas(avgPool, ofWindows),
    code: `${writeHead(isAdaptive)}${writeInvocationEntry(
      "avgPool",
      `let plane = findPlane(p.output, at);
  let window = placeIn(p.output, at);
  let corner = findCorner(window);
  let first = max(corner, vec2i());
  var sum = 0.0;
  ${writeForEachPlace("place", "first", "findEnd(corner, window)", "sum += x[position(p.input, plane, place)];")}
  y[at] = sum / findDivisor(corner, window);`,
    )}`,
  });

const avgPoolGradient = {
  reads: { dy: "f32" },
  writes: { dx: "f32" },
  parameters: { countsPadding: "u32", divisor: "f32", paddingAfter: "vec2i" },
} as const;

/** An invocation computes the gradient of one position of the input: the sum of the shares of the windows that cover it. */
export const writeAvgPoolGradientKernel = (
  isAdaptive: boolean,
): WgslKernel<typeof avgPoolGradient & typeof ofWindows> =>
  makeWgslKernel({
    entry: "avgPoolGradient",
    schema: joinSchemas(avgPoolGradient, ofWindows),
    code: `${writeHead(isAdaptive)}${writeInvocationEntry(
      "avgPoolGradient",
      `let plane = findPlane(p.input, at);
  let place = placeIn(p.input, at);
  let first = firstWindow(place);
  var sum = 0.0;
  ${writeForEachPlace("window", "first", "endWindow(place)", "sum += dy[position(p.output, plane, window)] / findDivisor(findCorner(window), window);")}
  dx[at] = sum;`,
    )}`,
  });
