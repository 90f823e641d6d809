/** The type of a parameter, 32 bits wide. In AssemblyScript `u32` is `usize`, the type of addresses. */
export type ParameterType = "u32" | "i32" | "f32";

/**
 * The operands of a WebAssembly kernel by name. Both sides of a launch are derived from it: `planLaunch` takes a value
 * for each name, and the kernel reads them through a class that the build generates next to it. Their order is defined
 * nowhere else.
 */
export interface KernelSchema {
  /** The operands that the kernel reads. One whose name ends in `?` may be absent. */
  readonly reads: readonly string[];
  /** The operands that the kernel writes, including those that it also reads. */
  readonly writes: readonly string[];
  readonly parameters: { readonly [name: string]: ParameterType };
}

/**
 * The type of a member of a struct in WGSL: a number, a vector of two or four numbers, or an array of vectors of four, such as `u32`,
 * `vec2i`, `vec4f` and `array<vec4u, 2>`.
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
 * The operands and parameters of a WGSL kernel by name. Both sides of a launch are derived from it: `planLaunch` takes a value
 * for each name, and the device declares the operands, and the parameters as the members of a struct `p`.
 */
export interface WgslSchema {
  readonly reads: WgslOperands;
  /** The operands that the kernel writes, including those that it also reads. */
  readonly writes: WgslOperands;
  readonly parameters: WgslParameters;
}

/** The kernels of a module by the names of their entries. A `*.kernels.ts` file exports them. */
export interface KernelSchemas {
  readonly [entry: string]: KernelSchema;
}
