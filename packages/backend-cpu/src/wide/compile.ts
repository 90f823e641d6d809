import type { Bytes } from "@evenkeel/tensor";
import { decodeModule } from "@evenkeel/tensor";
import { importPlainMemory } from "../kernels/shared-flag.ts";
import type { EngineFlag, SetFlags } from "./engine-flags.ts";
import { withEngineFlags } from "./engine-flags.ts";
import { addFunctionExports, isFunctionNumber } from "./function-exports.ts";

/** The parts of Node through which the engine is controlled. */
export interface EngineControl {
  readonly setFlags: SetFlags;
  /** Evaluates the text of a script. */
  readonly evaluate: (text: string) => unknown;
}

/** An expression for a function of the engine that optimizes a function of WebAssembly and returns when that is done. */
export const optimizer = "(kernel) => %WasmTierUpFunction(kernel)";

/** The bytes of a module, for memory that is shared or not. */
function decodeFor(module: string, isShared: boolean): Bytes {
  const code = decodeModule(module);
  if (!isShared) importPlainMemory(code);
  return code;
}

/**
 * The same with exports through which all functions can be optimized. The engine finds compiled code again by the bytes of a module, so these also
 * keep joined code and other code of a module apart.
 */
export const prepareModule = (module: string, isShared: boolean): Bytes =>
  addFunctionExports(decodeFor(module, isShared));

/** Compiles a module and optimizes its functions at once, with joined vectors or without. */
export function compileOptimized(
  { setFlags, evaluate }: EngineControl,
  code: Bytes,
  isShared: boolean,
  isWide: boolean,
): WebAssembly.Module {
  const module = new WebAssembly.Module(code);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: isShared });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const flags: EngineFlag[] = ["allow-natives-syntax"];
  if (isWide) flags.push("experimental-wasm-revectorize");
  withEngineFlags(setFlags, flags, () => {
    const optimize = evaluate(optimizer) as (kernel: unknown) => void;
    for (const [name, kernel] of Object.entries(exports)) if (isFunctionNumber(name)) optimize(kernel);
  });
  return module;
}

/** Whether a module can be compiled with joined vectors. */
export type AttemptCompilation = (code: Uint8Array, isShared: boolean) => boolean;

/** Compiles wide modules, each once, because devices share them. */
export class WideCompiler {
  private readonly engine: EngineControl;
  private readonly attempt: AttemptCompilation;
  private readonly compiled = new Map<string, WebAssembly.Module>();

  constructor(engine: EngineControl, attempt: AttemptCompilation = () => true) {
    this.engine = engine;
    this.attempt = attempt;
  }

  /** Compiles a module with joined vectors, except one that fails in an attempt. Sets flags of the engine meanwhile. */
  join(module: string, isShared: boolean): WebAssembly.Module {
    return this.remember(module, isShared, (code) =>
      this.attempt(code, isShared)
        ? compileOptimized(this.engine, code, isShared, true)
        : new WebAssembly.Module(decodeFor(module, isShared)),
    );
  }

  /** A compiled module. One that no thread of the process has joined is slower, but right. */
  get(module: string, isShared: boolean): WebAssembly.Module {
    return this.remember(module, isShared, (code) => new WebAssembly.Module(code));
  }

  private remember(
    module: string,
    isShared: boolean,
    compile: (code: Bytes) => WebAssembly.Module,
  ): WebAssembly.Module {
    const key = `${isShared} ${module}`;
    let known = this.compiled.get(key);
    if (known === undefined) {
      known = compile(prepareModule(module, isShared));
      this.compiled.set(key, known);
    }
    return known;
  }
}
