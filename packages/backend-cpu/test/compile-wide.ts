// Compiles modules one after the other, as the arguments say, in an engine that prints what it does.

import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { compileOptimized, prepareModule, WideCompiler } from "../src/wide/compile.ts";
import { relaxedModule } from "../src/wide/probe.wasm.ts";
import { wideModule } from "../src/wide/probe.wide.ts";

const engine = { setFlags: setFlagsFromString, evaluate: (text: string) => runInThisContext(text) };
const compiler = new WideCompiler(engine);

const steps: { readonly [name: string]: () => void } = {
  wide: () => void compiler.join(wideModule, true),
  narrow: () => void compileOptimized(engine, prepareModule(relaxedModule, true), true, false),
  failing: () => {
    const evaluate = () => () => {
      throw new Error("the engine optimizes nothing");
    };
    try {
      compileOptimized({ ...engine, evaluate }, prepareModule(wideModule, false), false, true);
    } catch {
      // The flags must be off for what follows.
    }
  },
};

for (const name of process.argv.slice(2)) steps[name]!();
