import type { Bytes } from "@evenkeel/tensor";

const headerBytes = 8;
const functionSection = 3;
const exportSection = 7;
/** The kind of an export that is a function. */
const functionKind = 0;

/**
 * A module that also exports every function of its own under its number, so that the engine can be asked to optimize each of them. It must import no
 * function, and export something.
 */
export function addFunctionExports(module: Uint8Array): Bytes {
  const written: number[] = [...module.subarray(0, headerBytes)];
  let position = headerBytes;
  const readNumber = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[position++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  let functions = 0;
  while (position < module.length) {
    const start = position;
    const section = module[position++]!;
    const bytes = readNumber();
    const end = position + bytes;
    if (section === functionSection) functions = readNumber();
    if (section === exportSection) {
      const count = encodeNumber(readNumber() + functions);
      const contents = [...count, ...module.subarray(position, end), ...listExports(functions)];
      written.push(section, ...encodeNumber(contents.length), ...contents);
    } else {
      written.push(...module.subarray(start, end));
    }
    position = end;
  }
  return Uint8Array.from(written);
}

/** Whether the name of an export is the number of a function. */
export const isFunctionNumber = (name: string): boolean => /^\d+$/.test(name);

function listExports(functions: number): number[] {
  const made: number[] = [];
  for (let index = 0; index < functions; index++) {
    const name = new TextEncoder().encode(String(index));
    made.push(name.length, ...name, functionKind, ...encodeNumber(index));
  }
  return made;
}

/** The number in groups of seven bits, the lowest first. */
function encodeNumber(value: number): number[] {
  const groups: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...groups, rest];
    groups.push((rest & 127) | 128);
  }
}
