import type { Rule } from "@evenkeel/tensor/checks";

/** The option `vectors` of the CPU backend. */
export type Vectors = "auto" | 128 | 256;

export const aVectorsOption: Rule = {
  expected: '"auto", 128 or 256',
  accepts: (value) => value === "auto" || value === 128 || value === 256,
};

/** Compiles a wide module for memory that is shared or not, so that the engine joins its vectors in pairs. */
export type CompileWide = (module: string, isShared: boolean) => WebAssembly.Module;
