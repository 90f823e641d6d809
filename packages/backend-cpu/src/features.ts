/** `type () -> v128; i32.const 0; i8x16.splat` and, with relaxed SIMD, `i8x16.relaxed_swizzle` of it. */
const encodeModule = (...body: number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...[1, 5, 1, 96, 0, 1, 123],
    ...[3, 2, 1, 0],
    ...[10, body.length + 4, 1, body.length + 2, 0, ...body, 11],
  );

const splat = [65, 0, 253, 15];

export const hasSimd = (): boolean => WebAssembly.validate(encodeModule(...splat));

/** Why the engine compiles no WebAssembly although it could: a page's own policy. */
export function findReasonNotToCompile(): string | undefined {
  try {
    new WebAssembly.Module(encodeModule(...splat));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Optional abilities of the engine, as plans see them in `limits.features`. */
export function findEngineFeatures(): Set<string> {
  const relaxed = WebAssembly.validate(encodeModule(...splat, ...splat, 253, 128, 2));
  return new Set(["non-finite", ...(relaxed ? ["relaxed-simd"] : [])]);
}
