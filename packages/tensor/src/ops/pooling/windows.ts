import type { PlaneGeometry } from "./pooling-geometry.ts";

/** One window of a pooling. */
export interface PoolWindow {
  /** The position of its result among all outputs. */
  readonly output: number;
  /** The number of positions that it covers, including those in the padding. */
  readonly paddedSize: number;
  /** The positions inside the input, in row-major order: their index in the input and in the window. */
  readonly cells: readonly { readonly input: number; readonly place: number }[];
}

/** A window along one side of a plane: the positions inside of the input by their place, and how many count with padding. */
interface Span {
  readonly taps: readonly { readonly place: number; readonly position: number }[];
  readonly paddedSize: number;
}

function findSpan(geometry: PlaneGeometry, side: "height" | "width", index: number): Span {
  const { isAdaptive, input, output, kernel, stride, padding, paddingAfter, dilation } = geometry;
  const [length, windows] = [input[side], output[side]];
  const start = isAdaptive ? Math.floor((index * length) / windows) : index * stride[side] - padding[side];
  const size = isAdaptive ? Math.ceil(((index + 1) * length) / windows) - start : kernel[side];
  const all = Array.from({ length: size }, (_, place) => ({
    place,
    position: start + place * dilation[side],
  }));
  return {
    taps: all.filter(({ position }) => position >= 0 && position < length),
    paddedSize: isAdaptive ? size : Math.min(size, length + paddingAfter[side] - start),
  };
}

/** Every window of a pooling, in the order of the outputs. */
export function* listWindows(geometry: PlaneGeometry): Generator<PoolWindow> {
  const { planes, input, output, kernel } = geometry;
  const list = (side: "height" | "width") =>
    Array.from({ length: output[side] }, (_, index) => findSpan(geometry, side, index));
  const [rows, columns] = [list("height"), list("width")];
  let index = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (const row of rows) {
      for (const column of columns) {
        const cells = row.taps.flatMap((r) =>
          column.taps.map((c) => ({
            input: (plane * input.height + r.position) * input.width + c.position,
            place: r.place * kernel.width + c.place,
          })),
        );
        yield { output: index++, paddedSize: row.paddedSize * column.paddedSize, cells };
      }
    }
  }
}
