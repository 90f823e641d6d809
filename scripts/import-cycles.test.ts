import { expect, test } from "vitest";
import { describeCycle, findCycles, findCyclesOfFolders } from "./import-cycles.ts";

const makeGraph = (arrows: { readonly [file: string]: readonly string[] }) => new Map(Object.entries(arrows));

test("files that reach one another form a cycle, and files that only lead there do not belong to it", () => {
  const graph = makeGraph({
    "index.ts": ["a.ts", "d.ts"],
    "a.ts": ["b.ts"],
    "b.ts": ["c.ts", "d.ts"],
    "c.ts": ["a.ts"],
    "d.ts": [],
  });
  expect(findCycles(graph)).toEqual([["a.ts", "b.ts", "c.ts"]]);
});

test("a graph without cycles has none, even if two paths lead to one file", () => {
  const graph = makeGraph({ "a.ts": ["b.ts", "c.ts"], "b.ts": ["d.ts"], "c.ts": ["d.ts"], "d.ts": [] });
  expect(findCycles(graph)).toEqual([]);
});

test("a folder counts with everything inside it", () => {
  const graph = makeGraph({
    "src/ops/matmul/wasm/plan.ts": ["src/core/op.ts", "src/ops/matmul/matmul.ts"],
    "src/ops/matmul/matmul.ts": ["src/ops/matmul/wasm/plan.ts", "src/ops/reduction/sum.ts"],
    "src/ops/reduction/sum.ts": ["src/core/op.ts"],
    "src/core/op.ts": [],
    "src/index.ts": ["src/core/op.ts", "src/ops/matmul/matmul.ts"],
  });
  expect(findCyclesOfFolders(graph)).toEqual([]);
  const closed = new Map([...graph, ["src/core/op.ts", ["src/ops/reduction/sum.ts"]]]);
  expect(findCyclesOfFolders(closed)).toEqual([["src/core", "src/ops"]]);
});

test("cycles are described with paths below the root", () => {
  expect(describeCycle("folders", ["/project/src/a", "/project/src/b"], "/project")).toBe(
    "folders that import one another: src/a, src/b",
  );
});
