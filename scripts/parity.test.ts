import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const readText = (path: string): string => readFileSync(join(root, path), "utf8");
const listWords = (text: string): Set<string> => new Set(text.match(/\w+/g));

const document = readText("docs/parity.md");
/** The paths of tests by their names in the document. */
const paths = new Map(
  [...document.matchAll(/^\[(\S+)\]: \.\.\/(\S+)$/gm)].map(([, name, path]) => [name!, path!]),
);

interface Row {
  readonly theirs: string;
  readonly ours: readonly string[];
  readonly tests: readonly string[];
  readonly remarks: string;
}

const rows = document
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.endsWith("| Evenkeel | tests | remarks |"))
  .map((line): Row => {
    const [, theirs, ours, tests, remarks] = line.split(/ *\| */);
    return {
      theirs: theirs!,
      ours: [...ours!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
      tests: [...tests!.matchAll(/\[(\S+?)\]/g)].map(([, name]) => name!),
      remarks: remarks!,
    };
  });

const exported = listWords(
  globSync("packages/*/src/**/index.ts", { cwd: root })
    .map((path) => readText(path))
    .join("\n"),
);

test("the tables are long", () => {
  expect(rows.length).toBeGreaterThan(100);
});

describe("parity", () => {
  test.each(rows.filter(({ ours }) => ours.length > 0))("of $theirs", ({ ours, tests }) => {
    expect(ours.filter((name) => !exported.has(name))).toEqual([]);
    expect(tests.filter((name) => !existsSync(join(root, paths.get(name) ?? "missing")))).toEqual([]);
    const used = listWords(tests.map((name) => readText(paths.get(name)!)).join("\n"));
    expect(ours.filter((name) => !used.has(name))).toEqual([]);
  });

  test.each(rows.filter(({ ours }) => ours.length === 0))(
    "is absent with a reason for $theirs",
    ({ tests, remarks }) => {
      expect(tests).toEqual([]);
      expect(remarks.length).toBeGreaterThan(10);
    },
  );
});
