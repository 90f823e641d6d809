/** A shape of a custom series, in units of the drawing. */
export interface Shape {
  readonly type: "rect" | "text" | "line" | "polygon" | "group" | "path";
  readonly shape?: object;
  readonly style?: object;
  readonly children?: readonly Shape[];
  readonly rotation?: number;
  readonly x?: number;
  readonly y?: number;
}

/** From the values of both axes to a place in the drawing. */
export type Place = (x: number, y: number) => [x: number, y: number];

/** A series that draws its own shapes, once, in the coordinates of the axes. */
export const makeCustomSeries = (
  draw: (place: Place) => readonly Shape[],
  { name, isClipped = true }: { readonly name?: string; readonly isClipped?: boolean } = {},
): object => ({
  type: "custom",
  name,
  silent: true,
  clip: isClipped,
  data: [[0, 0]],
  renderItem: (_: unknown, { coord }: { readonly coord: (at: [number, number]) => number[] }) => ({
    type: "group",
    children: draw((x, y) => {
      const [left, top] = coord([x, y]);
      return [left!, top!];
    }),
  }),
});
