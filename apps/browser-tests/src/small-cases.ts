import { allCases } from "@evenkeel/conformance";
import type { OpCases } from "@evenkeel/tensor";
import { countElements } from "@evenkeel/tensor";

/** The largest number of elements of the operands of a case. */
const mostElements = 20_000;

/** The largest number of cases of an op. */
const mostCases = 5;

/**
 * Cases of every op, at equal distances in its list, without those of many elements: a browser has no store of references, so it would
 * spend most of its time on them. Node runs every case on the same GPU in software.
 */
export const smallCases: readonly OpCases[] = allCases.map((ofOp) => ({
  ...ofOp,
  cases: pickEvenly(
    ofOp.cases.filter(
      ({ inputs }) =>
        inputs.reduce((total, input) => total + (input === undefined ? 0 : countElements(input.shape)), 0) <=
        mostElements,
    ),
    mostCases,
  ),
}));

/** At most `count` items, at equal distances. */
function pickEvenly<Item>(items: readonly Item[], count: number): readonly Item[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
