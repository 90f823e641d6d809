import type { HostOperand, Limits, NumericArray } from "@evenkeel/tensor";
import { countElements, countStorageBytes, getStorage, viewAs } from "@evenkeel/tensor";
import type { DeviceMemory } from "../memory/device-memory.ts";

/** An operand of a host step with its address resolved. */
export type PlacedOperand = HostOperand<unknown> & { readonly address: number };

/**
 * Runs `body` over the operands: views of shared memory, which stays where it is, or copies of plain memory, which moves
 * when something is allocated while the step waits.
 */
export async function withHostArrays(
  memory: DeviceMemory,
  operands: readonly (readonly [name: string, PlacedOperand])[],
  limits: Limits,
  body: (arrays: { [name: string]: NumericArray }) => void | Promise<void>,
): Promise<void> {
  const arrays: { [name: string]: NumericArray } = {};
  for (const [name, operand] of operands) arrays[name] = viewHostArray(memory, operand, limits);
  const placed = operands.map(([name, operand]) => ({ array: arrays[name]!, operand }));
  await body(arrays);
  if (memory.isShared) return;
  for (const { array, operand } of placed) {
    if (operand.access !== "read") {
      memory.bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), operand.address);
    }
  }
}

function viewHostArray(memory: DeviceMemory, { spec, address }: PlacedOperand, limits: Limits): NumericArray {
  const storage = getStorage(spec.dtype, limits);
  const size = countElements(spec.shape);
  if (memory.isShared) return viewAs(storage, memory.bytes.buffer, address, size);
  return viewAs(storage, memory.bytes.slice(address, address + size * countStorageBytes(storage)).buffer);
}
