import { allCases } from "@evenkeel/conformance";
import type { OpCases } from "@evenkeel/tensor";
import { countElements } from "@evenkeel/tensor";

/** The largest number of elements of the operands of a case. */
const mostElements = 20_000;

/**
 * The cases of all ops without those of many elements: a browser has no store of references, so it would spend most of its time on
 * them, and Node runs them on the same GPU in software.
 */
export const smallCases: readonly OpCases[] = allCases.map((ofOp) => ({
  ...ofOp,
  cases: ofOp.cases.filter(
    ({ inputs }) =>
      inputs.reduce((total, input) => total + (input === undefined ? 0 : countElements(input.shape)), 0) <=
      mostElements,
  ),
}));
