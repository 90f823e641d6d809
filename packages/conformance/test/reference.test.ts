import { describe, test } from "vitest";
import { allCases, checkReference } from "../src/index.ts";

describe("the derivatives of the reference agree with central differences", () => {
  for (const opCases of allCases) {
    describe(opCases.op.name, () => {
      for (const opCase of opCases.cases) {
        test(opCase.name, async (context) => {
          if (!(await checkReference(opCases, opCase))) context.skip("it has no derivative, or is large");
        });
      }
    });
  }
});
