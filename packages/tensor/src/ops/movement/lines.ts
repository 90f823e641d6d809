import type { Shape, Spec } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";

/** A tensor seen along one axis: [outer, length, inner]. */
export interface Lines {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function computeLines(shape: Shape, axis: number): Lines {
  return {
    outer: countElements(shape.slice(0, axis)),
    length: shape[axis]!,
    inner: countElements(shape.slice(axis + 1)),
  };
}

/** The position along the axis at which each part begins. */
export function computeBegins(parts: readonly (Spec | undefined)[], axis: number): number[] {
  let next = 0;
  return parts.map((part) => {
    const begin = next;
    next += part!.shape[axis]!;
    return begin;
  });
}

/** Calls `visit` with the position of the first element of each line, and its number. */
export function forEachLine(
  { outer, length, inner }: Lines,
  visit: (first: number, line: number) => void,
): void {
  for (let line = 0; line < outer * inner; line++) {
    visit(Math.floor(line / inner) * length * inner + (line % inner), line);
  }
}
