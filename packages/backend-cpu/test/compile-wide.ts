// Compiles modules one after the other, as the arguments say, in an engine that prints what it does.

import { setFlagsFromString } from "node:v8";
import { decodeModule } from "@evenkeel/tensor";
import { importPlainMemory } from "../src/kernels/shared-flag.ts";
import { makeCompiler } from "../src/wide/compile.ts";
import { withOptimizingFlags, withWideFlags } from "../src/wide/engine-flags.ts";
import { relaxedModule } from "../src/wide/probe.wasm.ts";
import { wideModule } from "../src/wide/probe.wide.ts";

const compileWide = makeCompiler(setFlagsFromString);

const steps: { readonly [name: string]: () => void } = {
  wide: () => void compileWide(wideModule, true),
  narrow: () => {
    const code = decodeModule(relaxedModule);
    importPlainMemory(code);
    withOptimizingFlags(setFlagsFromString, () => new WebAssembly.Module(code));
  },
  invalid: () => {
    try {
      withWideFlags(setFlagsFromString, () => new WebAssembly.Module(new Uint8Array(8)));
    } catch {
      // No module begins with zeros.
    }
  },
};

for (const name of process.argv.slice(2)) steps[name]!();
