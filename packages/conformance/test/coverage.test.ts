import type { Attributes, DType, OpCase, OpCases, OpFamily, Spec } from "@evenkeel/tensor";
import { allTypes, countElements, DTypeError, isFloat, loadPlans } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { allCases } from "../src/index.ts";

/** The kinds of case that an op does not need, with the reason. */
const exceptions: { readonly [op: string]: { readonly [lack: string]: string } } = {
  mergeStatistics: { "odd sizes": "its tensors hold four numbers a channel" },
};

const listSpecs = ({ op }: OpCases, { inputs, attrs }: OpCase): Spec[] => [
  ...inputs.filter((input) => input !== undefined),
  ...op.outputs(inputs, attrs),
];

/** Whether the op takes a case with its inputs of one dtype in another dtype. */
function takes({ op }: OpCases, { inputs, attrs }: OpCase, from: DType, to: DType): boolean {
  try {
    op.outputs(
      inputs.map((input) => (input?.dtype === from ? { ...input, dtype: to } : input)),
      attrs,
    );
    return true;
  } catch (error) {
    if (error instanceof DTypeError) return false;
    throw error;
  }
}

/** The dtypes that some operands of an op may have, and have in no case. */
function untriedTypes(opCases: OpCases): DType[] {
  const tried = new Set(opCases.cases.flatMap(({ inputs }) => inputs.map((input) => input?.dtype)));
  return allTypes.filter(
    (dtype) =>
      !tried.has(dtype) &&
      opCases.cases.some((one) =>
        one.inputs.some((input) => input && takes(opCases, one, input.dtype, dtype)),
      ),
  );
}

/** The kinds of case that an op lacks. */
function lacks(opCases: OpCases): string[] {
  const { op, cases } = opCases;
  const some = (holds: (spec: Spec) => boolean): boolean =>
    cases.some((opCase) => listSpecs(opCases, opCase).some(holds));
  const readsFloats = cases.some(({ inputs }) => inputs.some((input) => input && isFloat(input.dtype)));
  const kinds = {
    empty: some(({ shape }) => countElements(shape) === 0),
    large: some(({ shape }) => countElements(shape) > 65_535),
    "odd sizes": some(({ shape }) => countElements(shape) % 4 !== 0),
    "non-finite": !readsFloats || cases.some(({ needs }) => needs === "non-finite"),
  };
  return Object.entries(kinds).flatMap(([kind, isThere]) =>
    isThere || exceptions[op.name]?.[kind] !== undefined ? [] : [kind],
  );
}

/** Attributes with the same value in every case. */
function unvaried({ cases }: OpCases): string[] {
  const keys = new Set(cases.flatMap(({ attrs }) => Object.keys(attrs)));
  const variants = (key: string): number =>
    new Set(cases.map(({ attrs }) => JSON.stringify(attrs[key as keyof Attributes]))).size;
  return [...keys].filter((key) => variants(key) < 2);
}

describe("every op has the required cases", () => {
  test.each(allCases.map((opCases) => [opCases.op.name, opCases] as const))("%s", (_, opCases) => {
    const found = { lacks: lacks(opCases), unvaried: unvaried(opCases), untried: untriedTypes(opCases) };
    expect(found).toEqual({ lacks: [], unvaried: [], untried: [] });
    const names = opCases.cases.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

test("every op has its own name", () => {
  const names = allCases.map(({ op }) => op.name);
  expect(names).toEqual([...new Set(names)]);
});

test("every plan in a table is for an op that refers to the table's family", async () => {
  await loadPlans(["wasm", "wgsl"]);
  const families = new Map<OpFamily, Set<string>>();
  for (const { op } of allCases) {
    if (op.family) families.set(op.family, (families.get(op.family) ?? new Set()).add(op.name));
  }
  const strays = [...families].flatMap(([{ tables }, names]) =>
    [...tables.values()].flatMap((table) => [...table.keys()].filter((name) => !names.has(name))),
  );
  expect(strays).toEqual([]);
});

test("every exception is still needed", () => {
  for (const [op, kinds] of Object.entries(exceptions)) {
    const opCases = allCases.find((candidate) => candidate.op.name === op)!;
    const stillLacks = lacks({ ...opCases, op: { ...opCases.op, name: "without exceptions" } });
    expect(stillLacks).toEqual(expect.arrayContaining(Object.keys(kinds)));
  }
});
