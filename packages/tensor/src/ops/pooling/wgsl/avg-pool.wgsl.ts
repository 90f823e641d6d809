import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";
import { ofWindows, windows, writeForEachPlace } from "./window.wgsl.ts";

const writeHead = (): string => `${windows}
fn countCells(corner: vec2i) -> f32 {
  let countsPadding = p.countsPadding != 0u;
  let end = min(corner + p.size, p.input + select(vec2i(), p.padding, countsPadding));
  let sides = end - select(max(corner, vec2i()), corner, countsPadding);
  return f32(sides.x * sides.y);
}`;

const avgPool = {
  reads: { x: "f32" },
  writes: { y: "f32" },
  parameters: { countsPadding: "u32" },
} as const;

/** An invocation computes the mean of one window. */
export const writeAvgPoolKernel = (): WgslKernel<typeof avgPool & typeof ofWindows> =>
  makeWgslKernel({
    entry: "avgPool",
    schema: joinSchemas(avgPool, ofWindows),
    code: `${writeHead()}${writeInvocationEntry(
      "avgPool",
      `let plane = findPlane(p.output, at);
  let corner = findCorner(placeIn(p.output, at));
  let first = max(corner, vec2i());
  var sum = 0.0;
  ${writeForEachPlace("place", "first", "min(corner + p.size, p.input)", "sum += x[position(p.input, plane, place)];")}
  y[at] = sum / countCells(corner);`,
    )}`,
  });

const avgPoolGradient = {
  reads: { dy: "f32" },
  writes: { dx: "f32" },
  parameters: { countsPadding: "u32" },
} as const;

/** An invocation computes the gradient of one position of the input: the sum of the shares of the windows that cover it. */
export const writeAvgPoolGradientKernel = (): WgslKernel<typeof avgPoolGradient & typeof ofWindows> =>
  makeWgslKernel({
    entry: "avgPoolGradient",
    schema: joinSchemas(avgPoolGradient, ofWindows),
    code: `${writeHead()}${writeInvocationEntry(
      "avgPoolGradient",
      `let plane = findPlane(p.input, at);
  let place = placeIn(p.input, at);
  let first = firstWindow(place);
  var sum = 0.0;
  ${writeForEachPlace("window", "first", "endWindow(place)", "sum += dy[position(p.output, plane, window)] / countCells(findCorner(window));")}
  dx[at] = sum;`,
    )}`,
  });
