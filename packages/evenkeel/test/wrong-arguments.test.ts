import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { EvenkeelError, ones, selectBackend, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as library from "../src/index.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await selectBackend([cpu({ threads: 1 })]);
});
afterAll(() => backend.close());

/** For authors of operations, plans and backends; their arguments come from the library itself and are not checked. */
const contracts =
  /Backend|Evaluator|Executor|Expression|Layout|Module|Op$|Plan|Shape|Spec|Storage|storage|Strides|strides|^(bindLaunch|checkFits|countBytes|countElements|deferStateChange|differentiate|encodeArguments|execute|findGradient|fromData|kernel|listInputsRead|listOperands|makeAlias|makeRangeError|makeView|makeWasmKernel|merge|orderParameters|plan|recallIntegers|remember|run|threefry|trackInScope|view)/;

/** They read values that were checked when they were made, such as an image set. */
const ofCheckedSets = ["countImages", "countValuesPerImage", "isGzip", "listFiles"];

const functions = Object.entries(library).filter(
  ([name, value]) =>
    typeof value === "function" &&
    /^[a-z]/.test(name) &&
    !contracts.test(name) &&
    !ofCheckedSets.includes(name),
) as [string, (...args: unknown[]) => unknown][];

test("there are many", () => {
  expect(functions.length).toBeGreaterThan(150);
});

test.each(functions)("%s throws a typed error", async (name, f) => {
  const x = ones([2, 2], { backend });
  const wrong = [[null], [3], ["x"], [undefined, null], [x, null], [x, x, null], [x, 3, 3, 3]];
  for (const args of wrong) {
    try {
      await f(...args);
    } catch (error) {
      expect(
        error,
        `${name}(${args.map((arg) => (arg === x ? "x" : String(arg))).join(", ")})`,
      ).toBeInstanceOf(EvenkeelError);
    } finally {
      setDefaultBackend(backend);
    }
  }
});
