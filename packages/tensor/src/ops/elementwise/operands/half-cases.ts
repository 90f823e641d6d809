import { ArgumentError } from "../../../checks/errors.ts";
import type { Attributes } from "../../../core/op.ts";
import type { CaseInput, OpCase } from "../../../core/op-cases.ts";
import { isFloat } from "../../../expression/dtype.ts";

/** A case by its name, with its floats in f16: all, or those that are listed. */
export type HalfCase = string | readonly [name: string, ...inputs: readonly number[]];

function inHalves<Attrs extends Attributes>(cases: readonly OpCase<Attrs>[], half: HalfCase): OpCase<Attrs> {
  const [name, ...listed] = typeof half === "string" ? [half] : half;
  const original = cases.find((one) => one.name === name);
  if (original === undefined) throw new ArgumentError(`halves: found no case "${name}"`);
  const stored = (input: CaseInput | undefined, index: number): CaseInput | undefined =>
    input && isFloat(input.dtype) && (listed.length === 0 || listed.includes(index))
      ? { ...input, dtype: "f16" }
      : input;
  const suffix = listed.length === 0 ? "" : ` of ${listed.join()}`;
  return { ...original, name: `${name}, halves${suffix}`, inputs: original.inputs.map(stored) };
}

/** The cases, and some of them again in f16. */
export const withHalves = <Attrs extends Attributes>(
  halves: readonly HalfCase[],
  cases: readonly OpCase<Attrs>[],
): OpCase<Attrs>[] => [...cases, ...halves.map((half) => inHalves(cases, half))];
