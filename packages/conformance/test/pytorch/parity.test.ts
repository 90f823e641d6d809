import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askPytorch, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const document = readFileSync(join(import.meta.dirname, "../../../../docs/parity.md"), "utf8");
/** What stands in the first column of a table. */
const listed = new Set(
  document
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap((line) => [...line.split("|")[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)),
);

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: the parity table has all`, () => {
  test.each(["torch.nn", "torch.optim", "torch.optim.lr_scheduler"])("classes of %s", (module) => {
    const [names] = askPytorch([{ task: "names", module }]);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !listed.has(name))).toEqual([]);
  });
});
