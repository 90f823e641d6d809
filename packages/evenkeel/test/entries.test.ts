import * as normOps from "@evenkeel/batchnorm/norms/ops";
import * as batchnormOps from "@evenkeel/batchnorm/ops";
import * as tensorOps from "@evenkeel/tensor/ops";
import { expect, test } from "vitest";
import * as library from "../src/index.ts";
import * as ops from "../src/ops.ts";

test("the main entry exports no ops, and the entry of ops exports nothing else", () => {
  expect(Object.keys(library).filter((name) => /^[a-z].*Op$/.test(name))).toEqual([]);
  for (const [name, op] of Object.entries(ops))
    expect(op, name).toMatchObject({ name: name.replace(/Op$/, "") });
  const parts = [batchnormOps, normOps, tensorOps];
  expect(Object.keys(ops).length).toBe(parts.reduce((count, part) => count + Object.keys(part).length, 0));
});
