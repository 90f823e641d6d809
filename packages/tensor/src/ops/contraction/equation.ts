import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import type { Shape } from "../../core/spec.ts";
import { formatShape } from "../../core/spec.ts";

/** The labels of the axes of each operand and of the result. Those of an ellipsis are numbers, counted from its end. */
export interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const fail = (equation: string, expected: string): never => {
  throw new ArgumentError(`einsum: equation: found ${JSON.stringify(equation)}, expected ${expected}`);
};

/** The labels of a term, in which an ellipsis stands for `count` axes. */
function listLabels(equation: string, term: string, count: number): string[] {
  if (!/^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(term)) {
    fail(equation, "terms of letters, with at most one ellipsis each");
  }
  const [before, after] = term.split("...") as [string, string?];
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: count }, (_, index) => String(count - index)), ...after];
}

/** Reads an equation for operands of these shapes. Throws ArgumentError for one that is malformed or does not fit. */
export function parseEquation(equation: string, shapes: readonly Shape[]): Equation {
  const [left, right, ...more] = equation.replaceAll(/\s/g, "").split("->") as [string, string?, ...string[]];
  if (more.length > 0) fail(equation, "at most one arrow");
  const terms = left.split(",");
  if (terms.length !== shapes.length) fail(equation, `a term for each of ${shapes.length} operands`);
  const counts = terms.map((term, index) => {
    const letters = term.replaceAll(".", "").length;
    const count = shapes[index]!.length - letters;
    if (term.includes("...") ? count < 0 : count !== 0) {
      throw new ShapeError(
        `einsum: operand ${index}: found shape ${formatShape(shapes[index]!)} for "${term}", expected ${letters} axes${term.includes("...") ? " or more" : ""}`,
      );
    }
    return term.includes("...") ? count : 0;
  });
  const inputs = terms.map((term, index) => listLabels(equation, term, counts[index]!));
  const output = right === undefined ? listImplied(inputs) : listLabels(equation, right, Math.max(...counts));
  const known = new Set(inputs.flat());
  if (output.some((label, index) => !known.has(label) || output.indexOf(label) !== index)) {
    fail(equation, "each label of the result once, and in an operand");
  }
  return { inputs, output };
}

/** Without an arrow, the result has the axes of the ellipsis, and then those whose labels occur once, in alphabetical order. */
function listImplied(inputs: readonly (readonly string[])[]): string[] {
  const all = inputs.flat();
  const ellipsis = [...new Set(all.filter((label) => /\d/.test(label)))].sort(
    (a, b) => Number(b) - Number(a),
  );
  const single = all.filter((label) => /\D/.test(label) && all.indexOf(label) === all.lastIndexOf(label));
  return [...ellipsis, ...single.sort()];
}

/** The size of each label. Axes of one element broadcast. Throws ShapeError for sizes that differ. */
export function computeSizes(
  equation: string,
  inputs: readonly (readonly string[])[],
  shapes: readonly Shape[],
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  inputs.forEach((labels, operand) => {
    labels.forEach((label, axis) => {
      const size = shapes[operand]![axis]!;
      const present = sizes.get(label) ?? 1;
      if (size !== 1 && present !== 1 && size !== present) {
        throw new ShapeError(
          `einsum: found ${shapes.map(formatShape).join(" and ")} for "${equation}", expected one size for each label: ${/\d/.test(label) ? "an axis of the ellipsis" : `"${label}"`} has ${present} and ${size}`,
        );
      }
      sizes.set(label, size === 1 ? present : size);
    });
  });
  return sizes;
}
