import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conv2dBatchNormOp } from "@evenkeel/batchnorm/ops";
import { build, type Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-bundle-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Programs that each use a part of the library, and fail: error classes must be there although nothing else of their module is. */
const programs: readonly (readonly [part: string, code: string, printed: string])[] = [
  [
    "a reader of data sets",
    `import { readCifar10 } from "@evenkeel/datasets";
     try { readCifar10([new Uint8Array(5)]); } catch (error) { console.log(error.name); }`,
    "DataError",
  ],
  [
    "a reader of weights",
    `import { readSafetensors } from "@evenkeel/tensor/safetensors";
     try { readSafetensors(new Uint8Array(3)); } catch (error) { console.log(error.name); }`,
    "DataError",
  ],
  [
    "the GPU alone",
    `import { webgpu } from "@evenkeel/backend-webgpu";
     import { selectBackend } from "@evenkeel/tensor";
     const gpu = { requestAdapter: async () => null };
     await selectBackend([webgpu({ gpu })]).catch((error) => console.log(error.name));`,
    "BackendError",
  ],
  [
    "a model and the CPU",
    `import { cpu } from "@evenkeel/backend-cpu";
     import { Linear } from "@evenkeel/nn";
     import { ones, selectBackend, ShapeError } from "@evenkeel/tensor";
     const backend = await selectBackend([cpu({ threads: 1 })]);
     try { new Linear(2, 3).forward(ones([2, 5])); } catch (error) { console.log(error instanceof ShapeError); }
     await backend.close();`,
    "true",
  ],
];

interface Bundle {
  readonly text: string;
  /** The files that it was made of. */
  readonly sources: readonly string[];
  /** Those that a program loads as it starts: others are imported by a call, when something needs them. */
  readonly loadedSources: readonly string[];
}

async function bundle(contents: string, platform: "node" | "browser" = "node"): Promise<Bundle> {
  const { outputFiles, warnings, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform,
    metafile: true,
    conditions: ["@evenkeel/source"],
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  const sources = Object.keys(metafile.inputs);
  return { text: outputFiles[0]!.text, sources, loadedSources: listLoaded(metafile) };
}

function listLoaded({ inputs }: Metafile): string[] {
  const loaded = new Set(["<stdin>"]);
  for (const file of loaded) {
    for (const { path, kind } of inputs[file]?.imports ?? []) {
      if (kind !== "dynamic-import") loaded.add(path);
    }
  }
  return [...loaded];
}

test.each(programs)(
  "%s, bundled from source into one file, fails with its own error",
  async (_, contents, printed) => {
    const file = join(folder, "program.mjs");
    await writeFile(file, (await bundle(contents)).text);
    expect(execFileSync(process.execPath, [file], { encoding: "utf8" }).trim()).toBe(printed);
  },
);

test.each([
  ["Linear, BatchNorm1d, ReLU, Sequential", false],
  ["Conv2d, ReLU, Sequential", false],
  ["Conv2d, BatchNorm2d, ReLU, Sequential", true],
])(
  "a bundle of %s has the operation that joins convolution and batch norm: %s",
  async (names, isExpected) => {
    const { text } = await bundle(`export { ${names} } from "@evenkeel/nn";`);
    expect(text.includes(conv2dBatchNormOp.name)).toBe(isExpected);
  },
);

test.each(["browser", "node"] as const)(
  "wide vectors are in a bundle for Node alone: %s",
  async (platform) => {
    const { text, sources } = await bundle(`export * from "evenkeel";`, platform);
    const wide = sources.filter((file) => /\.wide\.ts$|\/wide\/(vectors|modules|compile|probe)\./.test(file));
    expect(wide.length > 0).toBe(platform === "node");
    expect(text.includes("revectorize")).toBe(platform === "node");
  },
);

describe("data sets in a browser", () => {
  const decoders = /node_modules\/.*(@jsquash|fast-png|fast-xml-parser)/;

  test("load no decoder unless the program imports it", async () => {
    const { text, sources, loadedSources } = await bundle(`export * from "@evenkeel/datasets";`, "browser");
    expect(loadedSources.filter((file) => decoders.test(file))).toEqual([]);
    // Those of BCCD, which are imported when the set is read.
    expect(sources.some((file) => decoders.test(file))).toBe(true);
    expect(loadedSources.some((file) => file.endsWith("published/bccd.ts"))).toBe(true);
    expect(text).not.toMatch(/from\s*["']node:/);
  });

  test.each([
    ["images", ["@jsquash", "fast-png"]],
    ["annotations", ["fast-xml-parser"]],
    ["text", []],
  ])("load for %s only %j, and nothing of Node", async (entry, expected) => {
    const { text, sources } = await bundle(`export * from "@evenkeel/datasets/${entry}";`, "browser");
    const found = sources.flatMap((file) => decoders.exec(file)?.[1] ?? []);
    expect([...new Set(found)].sort()).toEqual(expected);
    expect(text).not.toMatch(/from\s*["']node:/);
  });
});
