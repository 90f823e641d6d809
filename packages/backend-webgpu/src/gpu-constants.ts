/** The values of `GPUBufferUsage`, `GPUMapMode` and `GPUShaderStage`, which are not globals in Node. */
export const usage = {
  mapRead: 0x1,
  mapWrite: 0x2,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const;

export const mapForReading = 1;

export const computeStage = 4;
