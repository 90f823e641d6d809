import { globSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { wordsOfBlock } from "../packages/backend-cpu/src/memory/argument-blocks.ts";
import type { KernelSchemas } from "../packages/tensor/src/core/devices/kernel-schema.ts";

const root = resolve(import.meta.dirname, "..");
/** The kernels for tests take more arguments on purpose. */
const isPublished = (file: string): boolean => !file.includes("/testing/");
const files = globSync("{packages,apps}/*/src/**/*.kernels.ts", { cwd: root }).filter(isPublished).sort();

test("a launch of any kernel in WASM fits into a slot of the CPU's queue", async () => {
  const words: [file: string, entry: string, words: number][] = [];
  for (const file of files) {
    const exported: Record<string, KernelSchemas> = await import(pathToFileURL(resolve(root, file)).href);
    for (const [entry, schema] of Object.values(exported).flatMap((schemas) => Object.entries(schemas))) {
      // Numbers have no schema.
      if (schema.parameters === undefined) continue;
      const { reads, writes, parameters } = schema;
      words.push([file, entry, reads.length + writes.length + Object.keys(parameters).length]);
    }
  }
  expect(words.map(([, entry]) => entry)).toContain("matmul");
  expect(words.filter(([, , count]) => count > wordsOfBlock)).toEqual([]);
});
