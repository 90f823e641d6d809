import type { Limits } from "@evenkeel/tensor";

/** The limits of a device that runs WebAssembly with these features. */
export const limitsWith = (features: readonly string[]): Limits => ({
  storage: { f32: "f32" },
  maxBufferBytes: 2 ** 32,
  offsetAlignment: 16,
  features: new Set(features),
});

export const limits: Limits = limitsWith([]);
