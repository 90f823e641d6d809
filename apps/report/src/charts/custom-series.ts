/** A shape of a custom series, in units of the drawing. */
export interface Shape {
  readonly type: "rect" | "text" | "line" | "polygon";
  readonly shape?: object;
  readonly style: object;
}

/** From the values of both axes to a place in the drawing. */
export type Place = (x: number, y: number) => [x: number, y: number];

/** A series that draws its own shapes, once, in the coordinates of the axes. */
export const makeCustomSeries = (
  draw: (place: Place) => readonly Shape[],
  { isInFront = false }: { readonly isInFront?: boolean } = {},
): object => ({
  type: "custom",
  silent: true,
  clip: !isInFront,
  // Bars and lines have 2.
  z: isInFront ? 3 : 2,
  // One value, which any axis can show, so that it is drawn once.
  data: [[1, 1]],
  renderItem: (_: unknown, { coord }: { readonly coord: (at: [number, number]) => number[] }) => ({
    type: "group",
    children: draw((x, y) => {
      const [left, top] = coord([x, y]);
      return [left!, top!];
    }),
  }),
});
