import type { ConvolutionShape, KernelAxis } from "../tiling.ts";
import { countPixels, countTaps, nameAxisParameters } from "../tiling.ts";

const axisNames = ["source", "target", "taps", "stride", "before", "dilation", "every"];

/** Parameters of all three passes. Strides of the filters and of the addend are in elements; steps are those of `KernelAxis`. */
export const ofPatches = {
  parameters: {
    images: "u32",
    channels: "u32",
    sourceImage: "u32",
    targetImage: "u32",
    filterRow: "u32",
    filterChannel: "u32",
    filterGroup: "u32",
    addedRow: "u32",
    addedColumn: "u32",
    addedImage: "u32",
    stepY: "u32",
    stepX: "u32",
    sourceY: "u32",
    targetY: "u32",
    tapsY: "u32",
    strideY: "u32",
    beforeY: "u32",
    dilationY: "u32",
    everyY: "u32",
    sourceX: "u32",
    targetX: "u32",
    tapsX: "u32",
    strideX: "u32",
    beforeX: "u32",
    dilationX: "u32",
    everyX: "u32",
  },
} as const;

/** The strides of the addend between channels, pixels and images. */
export interface ChannelStrides {
  readonly row: number;
  readonly column: number;
  readonly image: number;
}

/** The distance between taps of the same phase of the target for the stride `step`: 1, all taps, if the stride is 1. */
export function computePeriod({ step, dilation }: KernelAxis): number {
  let [a, b] = [step, dilation];
  while (b > 0) [a, b] = [b, a % b];
  return step / a;
}

/** The values of these parameters; negative ones become words. */
export type ConvolutionValues = { readonly [Name in keyof (typeof ofPatches)["parameters"]]: number };

export function nameConvolutionValues(
  shape: ConvolutionShape,
  added: ChannelStrides | undefined,
): ConvolutionValues {
  const { images, groups, ofSource, ofTarget, isTransposed, axes } = shape;
  const [y, x] = axes;
  const area = countTaps(shape);
  const [row, channel] = isTransposed ? [area, ofTarget * area] : [ofSource * area, area];
  const parameters = nameAxisParameters(axes);
  return {
    images,
    channels: ofSource,
    sourceImage: groups * ofSource * y.source * x.source,
    targetImage: groups * ofTarget * countPixels(shape),
    filterRow: row!,
    filterChannel: channel!,
    filterGroup: ofSource * ofTarget * area,
    addedRow: added?.row ?? 0,
    addedColumn: added?.column ?? 0,
    addedImage: added?.image ?? 0,
    stepY: y.step,
    stepX: x.step,
    ...parameters,
    beforeY: parameters.beforeY >>> 0,
    beforeX: parameters.beforeX >>> 0,
    everyY: computePeriod(y),
    everyX: computePeriod(x),
  };
}

/** `target` alone is reserved in WGSL. */
const axisParametersText = axisNames.map((name) => `${name === "target" ? "target_" : name}: u32`).join(", ");

/**
 * `makeAxis` describes the source positions of a phase, whose target pixels are `step` apart and whose taps are `every`
 * apart: pixel i and tap j of the phase read position i jump + j dilation + offset. The phases of a transposed
 * convolution are the remainders modulo the stride.
 */
function writeAxis(isTransposed: boolean): string {
  const body = isTransposed
    ? `let shift = i32(phase + before);
  var first = 0u;
  while (first < taps && (shift - i32(first * dilation)) % i32(stride) != 0) { first++; }
  let count = select((target_ - phase + stride - 1u) / stride, 0u, phase >= target_);
  let offset = (shift - i32(first * dilation)) / i32(stride);
  let apart = -i32(every * dilation / stride);
  return Axis(i32(source), (taps - first + every - 1u) / every, count, offset, 1, apart, first, every, phase, stride);`
    : "return Axis(i32(source), taps, target_, -i32(before), i32(stride), i32(dilation), 0u, 1u, 0u, 1u);";
  const axis = (name: string) =>
    `fn axis${name}(phase: u32) -> Axis { return makeAxis(${axisNames.map((own) => `p.${own}${name}`).join(", ")}, phase); }`;
  return `struct Axis { source: i32, taps: u32, count: u32, offset: i32, jump: i32, dilation: i32, first: u32, every: u32, phase: u32, step: u32 }
fn makeAxis(${axisParametersText}, phase: u32) -> Axis {
  ${body}
}
${axis("Y")}
${axis("X")}`;
}

/**
 * Pixels and taps are numbered row by row, image by image and channel by channel: `triple` decomposes such a number,
 * and `next` advances it. `pixelPlace` and `tapPlace` add up to an element of the source: the beginning of its channel,
 * its row and its column.
 */
export const writePatch = (isTransposed: boolean): string => `${writeAxis(isTransposed)}
var<private> ay: Axis;
var<private> ax: Axis;
fn triple(k: u32, sizes: vec2u) -> vec3u {
  let rest = k / sizes.y;
  return vec3u(rest / sizes.x, rest % sizes.x, k % sizes.y);
}
fn pixelSizes() -> vec2u { return vec2u(ay.count, ax.count); }
fn tapSizes() -> vec2u { return vec2u(ay.taps, ax.taps); }
fn pixelPlace(t: vec3u) -> vec3i {
  return vec3i(i32(t.x * p.sourceImage), i32(t.y) * ay.jump + ay.offset, i32(t.z) * ax.jump + ax.offset);
}
fn tapPlace(t: vec3u) -> vec3i {
  return vec3i(i32(t.x * p.sourceY * p.sourceX), i32(t.y) * ay.dilation, i32(t.z) * ax.dilation);
}
fn next(t: vec3u, sizes: vec2u) -> vec3u {
  let isRowEnd = t.z + 1u == sizes.y;
  let y = t.y + select(0u, 1u, isRowEnd);
  let isEnd = y == sizes.x;
  return vec3u(t.x + select(0u, 1u, isEnd), select(y, 0u, isEnd), select(t.z + 1u, 0u, isRowEnd));
}`;

/**
 * Operand b of a product: the source as pixels by taps or taps by pixels, surrounded by zeros. `sourceAt` is the
 * beginning of its group; `isWhole` has the same meaning as in `writeStridedOperand`.
 */
export function writePatchOperand(lanes: "pixel" | "tap", isWhole: boolean): string {
  const steps = lanes === "pixel" ? "tap" : "pixel";
  const four = (at: string) => `vec4i(${[0, 1, 2, 3].map((lane) => `p${lane}.${at}`).join(", ")})`;
  const loads = [0, 1, 2, 3].map(
    (step) => `let s${step} = gather(l, ${steps}Place(t), ${isWhole || `k + ${step}u < depth`});
  t = next(t, sizes);`,
  );
  return `struct Places { at: vec4i, y: vec4i, x: vec4i }
var<private> sourceAt: i32;
fn placeB(l: vec4u) -> Places {
  let sizes = ${lanes}Sizes();
${["x", "y", "z", "w"].map((at, lane) => `  let p${lane} = ${lanes}Place(triple(l.${at}, sizes));`).join("\n")}
  return Places(${four("x")} + sourceAt, ${four("y")}, ${four("z")});
}
fn gather(l: Places, to: vec3i, isWithin: bool) -> vec4f {
  let y = l.y + to.y;
  let x = l.x + to.z;
  let i = vec4u(l.at + to.x + y * ax.source + x);
  let isInside = (vec4u(y) < vec4u(u32(ay.source))) & (vec4u(x) < vec4u(u32(ax.source))) & vec4<bool>(isWithin);
  return select(vec4f(), vec4f(source[i.x], source[i.y], source[i.z], source[i.w]), isInside);
}
fn loadB(l: Places, k: u32) -> mat4x4f {
  let sizes = ${steps}Sizes();
  var t = triple(k, sizes);
  ${loads.join("\n  ")}
  return mat4x4f(s0, s1, s2, s3);
}`;
}
