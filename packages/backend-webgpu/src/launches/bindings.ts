import type { BufferView } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Block } from "../memory/block.ts";
import type { WebgpuBuffer } from "../memory/webgpu-buffer.ts";

/** A region of a block as it is bound. Its size is rounded up to whole vectors, for which the block has space. */
export interface Region {
  readonly block: Block;
  readonly offset: number;
  readonly bytes: number;
}

/** How a binding is declared: absent, `read`, or `read_write`. */
export type Access = "-" | "r" | "w";

const vectorBytes = 16;

/** The region of a view of a buffer that has been checked. Throws ArgumentError where its offset cannot be bound. */
export function findRegion(
  { buffer, byteOffset, bytes }: BufferView,
  alignment: number,
  user: string,
): Region {
  if (byteOffset % alignment !== 0) {
    throw new ArgumentError(
      `${user}: found a view at byte ${byteOffset} of its buffer, expected a multiple of ${alignment}`,
    );
  }
  const rounded = Math.max(vectorBytes, Math.ceil(bytes / vectorBytes) * vectorBytes);
  // An empty view may stand at the end of its block, where there is nothing to bind.
  return { block: (buffer as WebgpuBuffer).block, offset: bytes === 0 ? 0 : byteOffset, bytes: rounded };
}

export const isSameRegion = (a: Region, b: Region): boolean =>
  a.block === b.block && a.offset === b.offset && a.bytes === b.bytes;

export const overlaps = (a: Region, b: Region): boolean =>
  a.block === b.block && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;

/**
 * How each operand of a launch must be bound. In one dispatch a buffer is either only read or may be written through
 * bindings that do not overlap: an input in another part of an output's buffer is bound as writable, and one that overlaps
 * with an output must be copied first. Throws ArgumentError for outputs that overlap with one another.
 */
export function findAccesses(
  reads: readonly (Region | undefined)[],
  writes: readonly (Region | undefined)[],
  user: string,
): { ofReads: Access[]; ofWrites: Access[]; copied: number[] } {
  const copied: number[] = [];
  const ofReads = reads.map((read, index): Access => {
    if (read === undefined) return "-";
    const beside = writes.filter((write) => write?.block === read.block) as Region[];
    if (beside.length === 0) return "r";
    if (!beside.some((write) => overlaps(read, write))) return "w";
    copied.push(index);
    return "r";
  });
  const ofWrites = writes.map((write, index): Access => {
    if (write === undefined) return "-";
    if (writes.slice(0, index).some((other) => other !== undefined && overlaps(other, write))) {
      throw new ArgumentError(`${user}: found outputs that overlap, expected each in memory of its own`);
    }
    return "w";
  });
  return { ofReads, ofWrites, copied };
}
