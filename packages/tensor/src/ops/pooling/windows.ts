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

/** Every window of a pooling, in the order of the outputs. */
export function* listWindows(geometry: PlaneGeometry): Generator<PoolWindow> {
  const { planes, input, output, kernel, stride, padding } = geometry;
  let index = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < output.height; row++) {
      for (let column = 0; column < output.width; column++) {
        const top = row * stride.height - padding.height;
        const left = column * stride.width - padding.width;
        const cells = [];
        for (let r = Math.max(0, -top); r < Math.min(kernel.height, input.height - top); r++) {
          for (let c = Math.max(0, -left); c < Math.min(kernel.width, input.width - left); c++) {
            const position = (plane * input.height + top + r) * input.width + left + c;
            cells.push({ input: position, place: r * kernel.width + c });
          }
        }
        const paddedSize =
          Math.min(kernel.height, input.height + padding.height - top) *
          Math.min(kernel.width, input.width + padding.width - left);
        yield { output: index++, paddedSize, cells };
      }
    }
  }
}
