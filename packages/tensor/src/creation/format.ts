import { checkTensors } from "../checks/check.ts";
import type { Tensor } from "../core/memory/tensor.ts";
import type { Shape } from "../core/spec.ts";
import { computeStrides, countElements, formatSpec } from "../core/spec.ts";
import { isTruth } from "../expression/dtype.ts";

/** For more elements than this, only the first and last few along each axis are shown, as in NumPy. */
const sizeShownWhole = 1000;
const edge = 3;
const mostDecimals = 4;

/**
 * A tensor as text: a line with dtype, shape and backend, then the values in aligned columns. Large tensors are elided.
 *
 * @example console.log(await format(tensor([[1, -2.5], [3, 4]])))
 * // f32 [2, 2] on cpu
 * // [[ 1.0, -2.5]
 * //  [ 3.0,  4.0]]
 */
export async function format(x: Tensor): Promise<string> {
  checkTensors("format", x);
  const data = await x.data();
  const header = `${formatSpec(x)} on ${x.backend.name}`;
  const shown = [...listShownPositions(x.shape)];
  const write = makeWriter(
    x,
    shown.map((position) => data[position]!),
  );
  const width = Math.max(0, ...shown.map((position) => write(data[position]!).length));
  return `${header}\n${formatLevel(x.shape, 0, 0, (position) => write(data[position]!).padStart(width))}`;
}

/** Chooses one notation for all values: integers, up to four decimals, or exponents. */
function makeWriter({ dtype }: Tensor, values: readonly number[]): (value: number) => string {
  if (isTruth(dtype)) return (value) => String(value !== 0);
  const finite = values.filter(Number.isFinite);
  if (finite.every(Number.isInteger)) return String;
  const magnitudes = finite.map(Math.abs).filter((magnitude) => magnitude > 0);
  if (Math.max(...magnitudes) >= 1e5 || Math.min(...magnitudes) < 1e-4) {
    return (value) => (Number.isFinite(value) ? value.toExponential(mostDecimals) : String(value));
  }
  const isEnough = (decimals: number): boolean =>
    finite.every((value) => Number(value.toFixed(decimals)) === Number(value.toFixed(mostDecimals)));
  const decimals = [1, 2, 3].find(isEnough) ?? mostDecimals;
  return (value) => (Number.isFinite(value) ? value.toFixed(decimals) : String(value));
}

/** The indices along an axis that are shown. Undefined represents the omitted ones. */
function listShownIndices(shape: Shape, axis: number): (number | undefined)[] {
  const length = shape[axis]!;
  const all = Array.from({ length }, (_, index) => index);
  if (countElements(shape) <= sizeShownWhole || length <= 2 * edge) return all;
  return [...all.slice(0, edge), undefined, ...all.slice(-edge)];
}

function* listShownPositions(shape: Shape, axis = 0, offset = 0): Generator<number> {
  if (axis === shape.length) {
    yield offset;
    return;
  }
  const stride = computeStrides(shape)[axis]!;
  for (const index of listShownIndices(shape, axis)) {
    if (index !== undefined) yield* listShownPositions(shape, axis + 1, offset + index * stride);
  }
}

function formatLevel(
  shape: Shape,
  axis: number,
  offset: number,
  write: (position: number) => string,
): string {
  if (axis === shape.length) return write(offset);
  const stride = computeStrides(shape)[axis]!;
  const parts = listShownIndices(shape, axis).map((index) =>
    index === undefined ? "..." : formatLevel(shape, axis + 1, offset + index * stride, write),
  );
  const rest = shape.length - axis - 1;
  const separator = rest === 0 ? ", " : `\n${"\n".repeat(rest - 1)}${" ".repeat(axis + 1)}`;
  return `[${parts.join(separator)}]`;
}
