import { expect, it } from "vitest";
import { isOneOf, narrowEngines, testedEngines } from "./tested-engines.ts";

it("the engine of this Node is known", () => {
  const { v8 } = process.versions;
  expect(
    isOneOf([...testedEngines, ...narrowEngines], v8),
    `V8 ${v8} is new. Run \`pnpm conformance --backend cpu --vectors 256\` and the tests of wide kernels in this Node ${process.version}, then add it to src/wide/tested-engines.ts`,
  ).toBe(true);
});

it.each([
  ["13.6.233.17-node.37", true],
  ["14.6.202.34-node.34", true],
  ["13.6.233.8-electron.0", false],
  ["13.60.233.17-node.37", false],
  ["13.7.1.1-node.1", false],
  ["13.6.233.17", false],
  ["", false],
])("version %j was tested: %s", (version, isTested) => {
  expect(isOneOf(testedEngines, version)).toBe(isTested);
});
