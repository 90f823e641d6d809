import type { ExtendMode } from "./attributes.ts";

/** A range of an extended axis whose sources are evenly spaced: element `to + i` comes from `from + i step`, for i < size. */
export interface Extent {
  readonly to: number;
  readonly size: number;
  readonly from: number;
  readonly step: number;
}

/** For each mode, the source of the first element before, that of the first one after, and the step from one to the next. */
const outside: {
  readonly [mode in ExtendMode]: (
    size: number,
    low: number,
  ) => { readonly before: number; readonly after: number; readonly step: number };
} = {
  reflect: (size, low) => ({ before: low, after: size - 2, step: -1 }),
  edge: (size) => ({ before: 0, after: size - 1, step: 0 }),
  wrap: (size, low) => ({ before: size - low, after: 0, step: 1 }),
};

/** The ranges of an axis of `size` elements that is extended by `low` and `high` elements, in order; none is empty. */
export function listExtents(size: number, low: number, high: number, mode: ExtendMode): Extent[] {
  const { before, after, step } = outside[mode](size, low);
  const begin = Math.max(0, -low);
  const end = Math.min(size, size + high);
  return [
    { to: 0, size: low, from: before, step },
    { to: Math.max(0, low), size: end - begin, from: begin, step: 1 },
    { to: low + size, size: high, from: after, step },
  ].filter((extent) => extent.size > 0);
}
