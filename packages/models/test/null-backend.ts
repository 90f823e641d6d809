import type { Backend, DeviceBuffer } from "@evenkeel/tensor";

/** A device that computes nothing: names and sizes of models need no values. */
export const nullBackend: Backend = {
  name: "null",
  device: "none",
  languages: [],
  limits: {
    storage: { f32: "f32", i32: "i32", u32: "u32", u8: "u8", bool: "u8" },
    maxBufferBytes: 2 ** 32,
    offsetAlignment: 4,
    features: new Set<string>(),
  },
  allocate: (bytes: number): DeviceBuffer => ({ bytes }),
  free: () => undefined,
  write: () => undefined,
  read: async (_buffer: DeviceBuffer, _byteOffset: number, bytes: number) => new ArrayBuffer(bytes),
  launch: () => undefined,
  idle: async () => undefined,
  memory: () => ({ live: 0, pooled: 0, peak: 0 }),
  close: async () => undefined,
};
