const headerBytes = 8;
const importSection = 2;
const memoryKind = 2;
const sharedWithMaximum = 3;
const plainWithMaximum = 1;

/** Whether memory is not shared. `instanceof` fails for a memory of another realm. */
export const isPlain = (buffer: ArrayBufferLike): boolean =>
  Object.prototype.toString.call(buffer) === "[object ArrayBuffer]";

/**
 * Patches a module that imports shared memory to import plain memory: one byte, the flags of the import, changes.
 * Engines without SharedArrayBuffer then run the same binary, because kernels use no atomics and import nothing but the
 * memory.
 */
export function importPlainMemory(module: Uint8Array): void {
  let position = headerBytes;
  const readNumber = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[position++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const skipBytes = (): void => {
    const bytes = readNumber();
    position += bytes;
  };
  while (position < module.length && module[position++] !== importSection) skipBytes();
  readNumber(); // bytes of the section
  readNumber(); // imports
  skipBytes(); // "env"
  skipBytes(); // "memory"
  if (module[position] === memoryKind && module[position + 1] === sharedWithMaximum) {
    module[position + 1] = plainWithMaximum;
  }
}
