import type { EngineControl, WideCompiler } from "./compile.ts";
import { compileOptimized, prepareModule } from "./compile.ts";
import { relaxedModule } from "./probe.wasm.ts";
import { wideModule } from "./probe.wide.ts";

type Multiply = (repeats: number, rows: number) => void;

/** Of the narrow kernel, some tenths of a millisecond; the wide one multiplies twice as much in each. */
const repeats = 2048;
const rounds = 8;
/** The address of the operands. */
const firstRow = 1024;

/** How many times as fast as the narrow one a wide kernel is, by the shortest times of a few milliseconds. */
export function measureSpeedup(compiler: WideCompiler, engine: EngineControl): number {
  const narrow = instantiate(compileOptimized(engine, prepareModule(relaxedModule, false), false, false));
  const wide = instantiate(compiler.join(wideModule, false));
  const shortest = { narrow: Number.POSITIVE_INFINITY, wide: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    shortest.narrow = Math.min(shortest.narrow, measure(narrow, repeats));
    shortest.wide = Math.min(shortest.wide, measure(wide, repeats / 2));
  }
  return shortest.narrow / shortest.wide;
}

function instantiate(module: WebAssembly.Module): Multiply {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  return new WebAssembly.Instance(module, { env: { memory } }).exports.multiply as Multiply;
}

function measure(multiply: Multiply, count: number): number {
  const start = performance.now();
  multiply(count, firstRow);
  return performance.now() - start;
}
