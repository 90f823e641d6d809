import { globSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { wordsOfBlock } from "../packages/backend-cpu/src/memory/argument-blocks.ts";
import type { KernelSchemas } from "../packages/tensor/src/core/kernel-schema.ts";

const root = resolve(import.meta.dirname, "..");
const files = globSync("{packages,apps}/*/src/**/*.kernels.ts", { cwd: root }).sort();

test.each(files)("launches of the kernels in %s fit into a slot of the CPU's queue", async (file) => {
  const exported: Record<string, KernelSchemas> = await import(pathToFileURL(resolve(root, file)).href);
  const entries = Object.values(exported).flatMap((schemas) => Object.entries(schemas));
  expect(entries).not.toHaveLength(0);
  const tooLong = entries
    .map(([entry, { reads, writes, parameters }]) => {
      return { entry, words: reads.length + writes.length + Object.keys(parameters).length };
    })
    .filter(({ words }) => words > wordsOfBlock);
  expect(tooLong).toEqual([]);
});
