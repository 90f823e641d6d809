import type { Bytes } from "@evenkeel/tensor";
import { decodeModule } from "@evenkeel/tensor";
import { importPlainMemory } from "../kernels/shared-flag.ts";
import type { SetFlags } from "./engine-flags.ts";
import { withWideFlags } from "./engine-flags.ts";
import type { AttemptCompilation } from "./trial.ts";
import type { CompileWide } from "./vectors-option.ts";

/** A custom section of this name, which engines ignore. */
const sectionName = "256";

/**
 * Appends a section to a module. The engine finds compiled code again by a module's bytes, so the bytes of one that was compiled under other flags
 * must differ.
 */
export function addMark(module: Uint8Array): Bytes {
  const name = new TextEncoder().encode(sectionName);
  return Uint8Array.of(...module, 0, name.length + 1, name.length, ...name);
}

/**
 * A function that compiles each wide module once, because devices share them. A module that fails in an attempt is compiled like any other, so its
 * vectors are not joined.
 */
export function makeCompiler(setFlags: SetFlags, attempt: AttemptCompilation = () => true): CompileWide {
  const compiled = new Map<string, WebAssembly.Module>();
  return (module, isShared) => {
    const key = `${isShared} ${module}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const code = decodeModule(module);
    if (!isShared) importPlainMemory(code);
    const marked = addMark(code);
    const compile = (): WebAssembly.Module => new WebAssembly.Module(attempted ? marked : code);
    const attempted = attempt(marked);
    const made = attempted ? withWideFlags(setFlags, compile) : compile();
    compiled.set(key, made);
    return made;
  };
}
