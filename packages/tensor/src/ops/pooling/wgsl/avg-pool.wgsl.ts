import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, wgslKernel } from "../../../core/plans/wgsl.ts";
import { invocationEntry } from "../../movement/wgsl/invocations.ts";
import { forEachPlace, ofWindows, windows } from "./window.wgsl.ts";

const head = (): string => `${windows}
fn cellsOf(corner: vec2i) -> f32 {
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
export const avgPoolKernel = (): WgslKernel<typeof avgPool & typeof ofWindows> =>
  wgslKernel({
    entry: "avgPool",
    schema: joinSchemas(avgPool, ofWindows),
    code: `${head()}${invocationEntry(
      "avgPool",
      `let plane = planeOf(p.output, at);
  let corner = cornerOf(placeIn(p.output, at));
  let first = max(corner, vec2i());
  var sum = 0.0;
  ${forEachPlace("place", "first", "min(corner + p.size, p.input)", "sum += x[position(p.input, plane, place)];")}
  y[at] = sum / cellsOf(corner);`,
    )}`,
  });

const avgPoolGradient = {
  reads: { dy: "f32" },
  writes: { dx: "f32" },
  parameters: { countsPadding: "u32" },
} as const;

/** An invocation computes the gradient of one position of the input: the sum of the shares of the windows that cover it. */
export const avgPoolGradientKernel = (): WgslKernel<typeof avgPoolGradient & typeof ofWindows> =>
  wgslKernel({
    entry: "avgPoolGradient",
    schema: joinSchemas(avgPoolGradient, ofWindows),
    code: `${head()}${invocationEntry(
      "avgPoolGradient",
      `let plane = planeOf(p.input, at);
  let place = placeIn(p.input, at);
  let first = firstWindow(place);
  var sum = 0.0;
  ${forEachPlace("window", "first", "endWindow(place)", "sum += dy[position(p.output, plane, window)] / cellsOf(cornerOf(window));")}
  dx[at] = sum;`,
    )}`,
  });
