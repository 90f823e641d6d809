import { describe, test } from "vitest";
import { allCases, checkReference, hasCheckableDerivative } from "../src/index.ts";

describe("the derivatives of the reference agree with central differences", () => {
  for (const opCases of allCases) {
    const cases = opCases.cases.filter((opCase) => hasCheckableDerivative(opCases, opCase));
    if (cases.length === 0) continue;
    describe(opCases.op.name, () => {
      for (const opCase of cases) test(opCase.name, () => checkReference(opCases, opCase));
    });
  }
});
