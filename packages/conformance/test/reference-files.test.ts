import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { referenceFiles, sourcesOfReferences } from "./reference-files.ts";

/** Longer than the results that are too cheap to store. */
const slow = 100;
const results = [Float64Array.of(1 / 3, Number.NaN, -0), new Float64Array(0), Float64Array.of(5e-324)];

let root: string;
function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "evenkeel-references-"));
  const exports = { ".": { "@evenkeel/source": "./src/index.ts" } };
  write("packages/tensor/package.json", JSON.stringify({ exports }));
  write("packages/conformance/src/expected.ts", 'import { reference } from "./reference.ts";\n');
  write("packages/conformance/src/all-cases.ts", 'import {\n  add,\n} from "@evenkeel/tensor";\n');
  write("packages/conformance/src/reference.ts", "reference");
  write(
    "packages/tensor/src/index.ts",
    'export { add } from "./ops/add.ts";\nexport type { Types } from "./types.ts";\n',
  );
  write("packages/tensor/src/types.ts", "types");
  write("packages/tensor/src/ops/add.ts", 'const load = () => import("./wasm/plans.ts");\n');
  write("packages/tensor/src/ops/wasm/plans.ts", "plans");
  write("packages/nn/src/layer.ts", "layer");
  write("pnpm-lock.yaml", "versions");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("results of the reference", () => {
  test("are read back unchanged, and are missing under another name", async () => {
    await referenceFiles(root).save("add/matrices/outputs", results, slow);
    const store = referenceFiles(root);
    expect(await store.load("add/matrices/outputs")).toEqual(results);
    expect(await store.load("add/matrices/gradients")).toBeUndefined();
  });

  test("are not stored if they are cheap", async () => {
    const store = referenceFiles(root);
    await store.save("cheap", results, 0.1);
    expect(await store.load("cheap")).toBeUndefined();
  });

  test.each([
    ["the text of an op", "packages/tensor/src/ops/add.ts"],
    ["what names the ops", "packages/tensor/src/index.ts"],
    ["the reference", "packages/conformance/src/reference.ts"],
    ["versions of packages", "pnpm-lock.yaml"],
  ])("are computed again after a change of %s", async (_, path) => {
    await referenceFiles(root).save("result", results, slow);
    write(path, "changed");
    expect(await referenceFiles(root).load("result")).toBeUndefined();
  });

  test.each([
    ["a kernel's plan", "packages/tensor/src/ops/wasm/plans.ts"],
    ["types", "packages/tensor/src/types.ts"],
    ["a package that no reference depends on", "packages/nn/src/layer.ts"],
  ])("stand after a change of %s", async (_, path) => {
    await referenceFiles(root).save("result", results, slow);
    write(path, "changed");
    expect(await referenceFiles(root).load("result")).toEqual(results);
  });

  test("depend on meanings, gradients and cases, and on no kernel", () => {
    const sources = sourcesOfReferences();
    expect(sources).toEqual(
      expect.arrayContaining([
        "packages/autodiff/src/tape.ts",
        "packages/batchnorm/src/gradient/gradient.ts",
        "packages/batchnorm/src/gradient/gradient.cases.ts",
        "packages/conformance/src/draw-values.ts",
        "packages/conformance/src/reference.ts",
        "packages/tensor/src/expression/differentiate.ts",
        "packages/tensor/src/ops/elementwise/activation.ts",
        "packages/tensor/src/ops/elementwise/activation.cases.ts",
      ]),
    );
    const others = /\/nn\/|\/wgsl\/|\.(as|wasm|wgsl|wasm-plans)\.ts$/;
    expect(sources.filter((file) => others.test(file))).toEqual([]);
  });
});
