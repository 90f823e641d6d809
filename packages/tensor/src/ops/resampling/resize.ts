import { checkOptions, checkTensors, describeValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import type { Rule } from "../../checks/rules.ts";
import { either, listOf, oneOf, positive, positiveInteger, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { checkFits } from "../../core/devices/backend.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import { isFloat } from "../../expression/dtype.ts";
import { floatTypes, indexType } from "../../expression/dtype-kinds.ts";
import { take } from "../indexing/take.ts";
import { computeLines } from "../movement/lines.ts";
import { reshape } from "../movement/reshape.ts";
import type { ResampleAttributes } from "./attributes.ts";
import { makeSpanTable, resample } from "./resample.ts";
import type { ResizeMode, Sampling } from "./sampling.ts";

export interface ResizeOptions {
  /** The new size: one number for all spatial axes, or one for each. */
  readonly size?: number | readonly number[];
  /** The new size relative to the old one, instead of `size`; the new size is rounded down. */
  readonly scaleFactor?: number | readonly number[];
  /** Default: `nearest`, as in PyTorch; `nearest-exact` is that of Pillow and most other libraries. */
  readonly mode?: ResizeMode;
  /** Whether the centers of the first and last pixels stay where they are, for `linear` and `cubic`. Default: false. */
  readonly alignCorners?: boolean;
  /** Whether smaller results are weighted means of all pixels, for `linear` and `cubic`; without it pixels are skipped. Default: false. */
  readonly antialias?: boolean;
  /**
   * Whether a scale factor gives only the new size, and distances follow from the sizes. Default: false, so that distances are those of
   * the factor, even where the new size was rounded.
   */
  readonly recomputeScaleFactor?: boolean;
}

const sizes: Rule = /* @__PURE__ */ either(positiveInteger, /* @__PURE__ */ listOf(positiveInteger));
const factors: Rule = /* @__PURE__ */ either(positive, /* @__PURE__ */ listOf(positive));

/** Throws ArgumentError for options that do not go together, as far as they do not depend on the input. */
export function checkResizeOptions(where: string, options: ResizeOptions): void {
  checkOptions<ResizeOptions>(where, options, {
    size: sizes,
    scaleFactor: factors,
    mode: oneOf("nearest", "nearest-exact", "linear", "cubic", "area"),
    alignCorners: yesOrNo,
    antialias: yesOrNo,
    recomputeScaleFactor: yesOrNo,
  });
  const { size, scaleFactor, mode = "nearest", alignCorners, antialias, recomputeScaleFactor } = options;
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ArgumentError(
      `${where}: found size ${describeValue(size)} and scaleFactor ${describeValue(scaleFactor)}, expected one of them`,
    );
  }
  const isSmooth = mode === "linear" || mode === "cubic";
  for (const [name, value] of Object.entries({ alignCorners, antialias })) {
    if (value && !isSmooth) {
      throw new ArgumentError(
        `${where}: ${name}: found mode ${describeValue(mode)}, expected "linear" or "cubic"`,
      );
    }
  }
  if (recomputeScaleFactor && scaleFactor === undefined) {
    throw new ArgumentError(`${where}: recomputeScaleFactor: found no scaleFactor, expected one`);
  }
}

/**
 * Images, sequences or volumes in another size, as PyTorch's `interpolate`: `linear` is its linear, bilinear or trilinear, `cubic` its
 * bicubic, and `area` averages the pixels that a result covers, as an adaptive pooling. Each pair of axes is one launch, and the
 * gradient too.
 *
 * Shapes: [n, c, ...spatial] -> [n, c, ...size]. f32 or f16; the nearest modes take every dtype. Throws ShapeError without a spatial
 * axis, or where nothing is left, ArgumentError for options that do not go together, DTypeError for other dtypes.
 *
 * @example resize(images, { scaleFactor: 2, mode: "linear" }) // [1, 8, 28, 28] -> [1, 8, 56, 56]
 */
export function resize(x: Tensor, options: ResizeOptions): Tensor {
  checkTensors("resize", x);
  checkResizeOptions("resize", options);
  const samplings = listSamplings(x, options);
  if (samplings.every((sampling) => sampling === null)) return x;
  const outputs = samplings.map((sampling, axis) => sampling?.output ?? x.shape[axis + 2]!);
  checkFits("resize: size", { shape: [...x.shape.slice(0, 2), ...outputs], dtype: x.dtype }, x.backend);
  const { mode = "nearest" } = options;
  if (!isFloat(x.dtype) && mode.startsWith("nearest")) return scope(() => pickNearest(x, samplings));
  checkDType("resize", "x", x, ...floatTypes);
  return scope(() => resampleAxes(x, samplings));
}

/** The sampling of each spatial axis; null for an axis that stays. */
function listSamplings(x: Tensor, options: ResizeOptions): (Sampling | null)[] {
  const spatial = x.shape.slice(2);
  if (spatial.length === 0) {
    throw new ShapeError(`resize: x: found ${formatShape(x.shape)}, expected [n, c, ...spatial]`);
  }
  const { size, scaleFactor } = options;
  for (const [name, value] of Object.entries({ size, scaleFactor })) {
    if (typeof value === "object" && value.length !== spatial.length) {
      throw new ArgumentError(
        `resize: ${name}: found ${describeValue(value)} for ${formatShape(x.shape)}, expected ${spatial.length} numbers`,
      );
    }
  }
  return spatial.map((input, axis) => {
    const factor = typeof scaleFactor === "object" ? scaleFactor[axis]! : scaleFactor;
    const wanted = typeof size === "object" ? size[axis]! : size;
    return makeSampling(input, wanted ?? Math.floor(input * factor!), factor, options);
  });
}

function makeSampling(
  input: number,
  output: number,
  factor: number | undefined,
  { mode = "nearest", alignCorners = false, antialias = false, recomputeScaleFactor = false }: ResizeOptions,
): Sampling | null {
  if (input === 0 || output === 0) {
    throw new ShapeError(
      `resize: found an axis of ${input} to be resized to ${output}, expected positive sizes`,
    );
  }
  const common = { mode, input, output, alignCorners, antialias, isTransposed: false };
  const sampling = (from: number, to: number): Sampling | null =>
    input === output && from === to ? null : { ...common, from, to };
  if (alignCorners) return output === 1 && input > 1 ? sampling(0, 1) : sampling(input - 1, output - 1);
  if (factor === undefined || recomputeScaleFactor || mode === "area") return sampling(input, output);
  return sampling(1, factor);
}

/** Resizes all axes but the last two one by one, and those together. */
function resampleAxes(x: Tensor, samplings: readonly (Sampling | null)[]): Tensor {
  const columns = samplings.at(-1)!;
  const rows = samplings.at(-2) ?? null;
  const before = samplings.slice(0, -2);
  const y = before.reduce(
    (resized: Tensor, sampling, index) =>
      sampling === null ? resized : resampleLines(resized, index + 2, { rows: sampling, columns: null }),
    x,
  );
  return rows || columns ? resampleLines(y, x.rank - 2, { rows, columns }) : y;
}

/** The rows are those along the axis, the columns what follows it. */
function resampleLines(x: Tensor, axis: number, attrs: ResampleAttributes): Tensor {
  const { outer, length, inner } = computeLines(x.shape, axis);
  const y = resample(reshape(x, [outer, length, inner]), attrs);
  const after = attrs.columns ? [y.shape[2]!] : x.shape.slice(axis + 1);
  return reshape(y, [...x.shape.slice(0, axis), y.shape[1]!, ...after]);
}

/** Nearest pixels of every dtype: a selection along one axis after another. */
function pickNearest(x: Tensor, samplings: readonly (Sampling | null)[]): Tensor {
  return samplings.reduce((y: Tensor, sampling, index) => {
    if (sampling === null) return y;
    const { words, width } = makeSpanTable(sampling, x.backend);
    const places = words.filter((_, word) => word % width === 0);
    const indices = fromData(places, { shape: [places.length], dtype: indexType }, { backend: x.backend });
    return take(y, indices, { axis: index + 2 });
  }, x);
}
