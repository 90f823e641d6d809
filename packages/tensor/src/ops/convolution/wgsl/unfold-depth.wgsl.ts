import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";

const unfoldDepth = {
  reads: { x: "f32" },
  writes: { y: "f32" },
  parameters: {
    count: "u32",
    channels: "i32",
    depth: "i32",
    windows: "i32",
    taps: "i32",
    stride: "i32",
    before: "i32",
    dilation: "i32",
    plane: "i32",
  },
} as const;

/** An invocation copies one element of the images. */
export const writeUnfoldDepthKernel = (): WgslKernel<typeof unfoldDepth> =>
  makeWgslKernel({
    entry: "unfoldDepth",
    schema: unfoldDepth,
    code: writeInvocationEntry(
      "unfoldDepth",
      `let pixel = i32(at) % p.plane;
  let row = i32(at) / p.plane;
  let channel = row / p.taps % p.channels;
  let image = row / p.taps / p.channels;
  let place = image % p.windows * p.stride + row % p.taps * p.dilation - p.before;
  let isInside = place >= 0 && place < p.depth;
  let origin = ((image / p.windows * p.channels + channel) * p.depth + clamp(place, 0, p.depth - 1)) * p.plane + pixel;
  y[at] = select(0.0, x[origin], isInside);`,
    ),
  });

const foldDepth = {
  reads: { x: "f32" },
  writes: { y: "f32" },
  parameters: {
    count: "u32",
    channels: "i32",
    depth: "i32",
    windows: "i32",
    taps: "i32",
    stride: "i32",
    before: "i32",
    dilation: "i32",
    plane: "i32",
  },
} as const;

/** An invocation sums one element of the volumes over the taps that meet its plane. */
export const writeFoldDepthKernel = (): WgslKernel<typeof foldDepth> =>
  makeWgslKernel({
    entry: "foldDepth",
    schema: foldDepth,
    code: writeInvocationEntry(
      "foldDepth",
      `let pixel = i32(at) % p.plane;
  let row = i32(at) / p.plane;
  let channel = row / p.depth % p.channels;
  let volume = row / p.depth / p.channels;
  var sum = 0.0;
  for (var tap = 0; tap < p.taps; tap++) {
    let place = row % p.depth + p.before - tap * p.dilation;
    if (place >= 0 && place % p.stride == 0 && place / p.stride < p.windows) {
      let image = volume * p.windows + place / p.stride;
      sum += x[((image * p.channels + channel) * p.taps + tap) * p.plane + pixel];
    }
  }
  y[at] = sum;`,
    ),
  });
