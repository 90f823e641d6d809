import type { NumericArray } from "../core/dtype.ts";
import type { Shape } from "../core/spec.ts";
import { sizeOf, stridesOf } from "../core/spec.ts";
import type { Tensor } from "../core/tensor.ts";

/** NumPy's habits: beyond so many elements only the first and last few along every axis are shown. */
const sizeShownWhole = 1000;
const edge = 3;
const significantDigits = 5;

/**
 * A tensor as text: a line with dtype, shape and backend, then the values in aligned columns. Large tensors are elided.
 *
 * @example console.log(await format(tensor([[1, -2.5], [3, 4]])))
 * // f32 [2, 2] on cpu
 * // [[   1, -2.5]
 * //  [   3,    4]]
 */
export async function format(x: Tensor): Promise<string> {
  const header = x.toString().replace(/^Tensor /, "");
  const data = await x.data();
  const write = writerOf(x, data);
  const positions = shownPositions(x.shape);
  const width = Math.max(0, ...[...positions].map((position) => write(position).length));
  return `${header}\n${formatLevel(x.shape, 0, 0, (position) => write(position).padStart(width))}`;
}

function writerOf({ dtype }: Tensor, data: NumericArray): (position: number) => string {
  if (dtype === "bool") return (position) => String(data[position] !== 0);
  return (position) => formatNumber(data[position]!);
}

/** At most five significant digits; very large and very small numbers with an exponent. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e10) return Object.is(value, -0) ? "-0" : String(value);
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4 || magnitude >= 1e6) return value.toExponential(significantDigits - 1);
  return String(Number(value.toPrecision(significantDigits)));
}

/** The indices along an axis that are shown; undefined stands for those left out. */
function shownIndices(shape: Shape, axis: number): (number | undefined)[] {
  const length = shape[axis]!;
  const all = Array.from({ length }, (_, index) => index);
  if (sizeOf(shape) <= sizeShownWhole || length <= 2 * edge) return all;
  return [...all.slice(0, edge), undefined, ...all.slice(-edge)];
}

function* shownPositions(shape: Shape, axis = 0, offset = 0): Generator<number> {
  if (axis === shape.length) {
    yield offset;
    return;
  }
  const stride = stridesOf(shape)[axis]!;
  for (const index of shownIndices(shape, axis)) {
    if (index !== undefined) yield* shownPositions(shape, axis + 1, offset + index * stride);
  }
}

function formatLevel(
  shape: Shape,
  axis: number,
  offset: number,
  write: (position: number) => string,
): string {
  if (axis === shape.length) return write(offset);
  const stride = stridesOf(shape)[axis]!;
  const parts = shownIndices(shape, axis).map((index) =>
    index === undefined ? "..." : formatLevel(shape, axis + 1, offset + index * stride, write),
  );
  const rest = shape.length - axis - 1;
  const separator = rest === 0 ? ", " : `\n${"\n".repeat(rest - 1)}${" ".repeat(axis + 1)}`;
  return `[${parts.join(separator)}]`;
}
