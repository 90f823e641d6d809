/** Where the elements outside of a tensor come from: `reflect` mirrors at the first and last element, which it does not repeat. */
export type ExtendMode = "reflect" | "edge" | "wrap";

/** For every axis, the number of elements added before and after; a negative number takes elements away. */
export interface ExtendAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly mode: ExtendMode;
}
