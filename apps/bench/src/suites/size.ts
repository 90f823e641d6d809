import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { computeQuartiles } from "../core/quartiles.ts";
import type { Row } from "../core/rows.ts";
import { isWanted, type Suite } from "./suite.ts";

interface Bundle {
  readonly name: string;
  readonly subject: string;
  readonly code: string;
  /** The files that a page loads in addition to the bundle. */
  readonly files?: readonly string[];
}

const training = [
  `export { valueAndGrad } from "@evenkeel/autodiff";`,
  `export { Sequential, Linear, BatchNorm1d, ReLU, SGD, crossEntropy, fit } from "@evenkeel/nn";`,
];

/** The code that a page needs to train an MLP with batch norm, minified for browsers. */
const bundles: readonly Bundle[] = [
  {
    name: "batch norm",
    subject: "evenkeel",
    code: `export { batchNorm } from "@evenkeel/batchnorm"; export { cpu } from "@evenkeel/backend-cpu";`,
  },
  {
    name: "training",
    subject: "evenkeel",
    code: [...training, `export { cpu } from "@evenkeel/backend-cpu";`].join("\n"),
  },
  {
    name: "training",
    subject: "evenkeel-webgpu",
    code: [...training, `export { webgpu } from "@evenkeel/backend-webgpu";`].join("\n"),
  },
  {
    name: "training",
    subject: "tfjs-wasm",
    code: `export * from "@tensorflow/tfjs-core"; import "@tensorflow/tfjs-backend-wasm";`,
    files: ["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
  },
  { ...{ name: "training", subject: "jax-js-wasm" }, code: `export * from "@jax-js/jax";` },
];

const rounds = 7;

/** `bytes` is the gzipped size of the bundle and the files that it loads; the time is what the engine takes to parse it. */
export const size: Suite = {
  name: "size",
  run: async (session, report) => {
    const { peers, options } = session;
    const isPresent = (subject: string): boolean =>
      subject.startsWith("evenkeel") || peers.some(({ name }) => name === subject);
    for (const bundle of bundles) {
      if (isWanted(bundle.name, session) && isPresent(bundle.subject)) {
        report([await measureBundle(bundle, options.backend)]);
      }
    }
  },
};

async function measureBundle({ name, subject, code, files = [] }: Bundle, backend: string): Promise<Row> {
  const text = await makeBundle(code);
  const bytes = [Buffer.from(text), ...files.map(readInstalled)]
    .map((contents) => gzipSync(contents, { level: 9 }).length)
    .reduce((sum, length) => sum + length);
  const samples = Array.from({ length: rounds }, (_, round) => {
    const start = performance.now();
    // An engine does not parse a text again that it has seen before.
    new Script(`${text}\n//${round}`);
    return performance.now() - start;
  });
  const { first, median, third } = computeQuartiles(samples);
  const row = { suite: "size", case: name, subject, backend, threads: 1, rounds, bytes };
  return { ...row, milliseconds: median, spread: third - first };
}

async function makeBundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    platform: "browser",
    logLevel: "silent",
    // A global name keeps the exports alive, and an engine can parse a script without running it.
    format: "iife",
    globalName: "bundle",
    conditions: ["@evenkeel/source"],
  });
  return outputFiles[0]!.text;
}

function readInstalled(path: string): Buffer {
  const folders = createRequire(import.meta.url).resolve.paths(path) ?? [];
  for (const folder of folders) {
    try {
      return readFileSync(join(folder, path));
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${path} is not installed`);
}
