/**
 * A type of the platform by its name; `object` where the program's TypeScript does not know it: the DOM library of versions
 * before 6.0 has no WebGPU unless `@webgpu/types` is installed.
 */
type Platform<Name extends string> = typeof globalThis extends {
  readonly [Key in Name]: { readonly prototype: infer Type };
}
  ? Type
  : object;

export type PlatformGpu = Platform<"GPU">;
export type PlatformDevice = Platform<"GPUDevice">;
export type PlatformLimits = Platform<"GPUSupportedLimits">;
