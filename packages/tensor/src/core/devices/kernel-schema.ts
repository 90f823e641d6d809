/** A number that a kernel gets, 32 bits wide. AssemblyScript has `u32` as `usize`, in which it computes addresses. */
export type ParameterType = "u32" | "i32" | "f32";

/**
 * The operands of a kernel by name. Both sides of a launch are made from it: `planLaunch` takes a value for each name, and the
 * kernel reads them through a class that the build writes beside it. Their order stands nowhere else.
 */
export interface KernelSchema {
  /** Operands that it reads. One whose name ends in `?` may be absent. */
  readonly reads: readonly string[];
  /** Operands that it writes, those that it reads too among them. */
  readonly writes: readonly string[];
  readonly parameters: { readonly [name: string]: ParameterType };
}

/** The kernels of a module by the names of their entries: what a `*.kernels.ts` file exports. */
export interface KernelSchemas {
  readonly [entry: string]: KernelSchema;
}
