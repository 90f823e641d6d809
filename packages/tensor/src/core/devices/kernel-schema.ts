/** A number that a kernel gets, 32 bits wide. AssemblyScript has `u32` as `usize`, in which it computes addresses. */
export type ParameterType = "u32" | "i32" | "f32";

/**
 * The operands of a kernel in WebAssembly by name. Both sides of a launch are made from it: `planLaunch` takes a value for each name, and the
 * kernel reads them through a class that the build writes beside it. Their order stands nowhere else.
 */
export interface KernelSchema {
  /** Operands that it reads. One whose name ends in `?` may be absent. */
  readonly reads: readonly string[];
  /** Operands that it writes, those that it reads too among them. */
  readonly writes: readonly string[];
  readonly parameters: { readonly [name: string]: ParameterType };
}

/**
 * A number, two or four of them, or as many fours: a member of a struct in WGSL.
 *
 * @example "u32", "vec2i", "vec4f", `array<vec4u, ${rank}>`
 */
export type WgslParameterType = ParameterType | `vec${2 | 4}${Letter}` | `array<vec4${Letter}, ${number}>`;

type Letter = "u" | "i" | "f";

/**
 * The operands of a WGSL kernel, in the order of its launches: each a runtime array of elements of a WGSL type, such as `f32`,
 * `vec4f` or one that the code declares. An operand whose name ends in `?` may be absent.
 */
export interface WgslOperands {
  readonly [name: string]: string;
}

export interface WgslParameters {
  readonly [name: string]: WgslParameterType;
}

/**
 * The operands and parameters of a WGSL kernel by name. Both sides of a launch are made from it: `planLaunch` takes a value
 * for each name, and the device declares the operands, and the parameters as the members of a struct `p`.
 */
export interface WgslSchema {
  readonly reads: WgslOperands;
  /** Operands that it writes, those that it reads too among them. */
  readonly writes: WgslOperands;
  readonly parameters: WgslParameters;
}

/** The kernels of a module by the names of their entries: what a `*.kernels.ts` file exports. */
export interface KernelSchemas {
  readonly [entry: string]: KernelSchema;
}
