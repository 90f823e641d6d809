import type { BufferView, HostLaunch, HostOperand, Limits, NumericArray } from "@evenkeel/tensor";
import { countElements, DeviceError, getStorage, viewAs } from "@evenkeel/tensor";
import type { Transfers } from "../memory/transfers.ts";
import type { WebgpuBuffer } from "../memory/webgpu-buffer.ts";
import type { Recorder } from "../queue/recorder.ts";

/** An operand on the host, and the words that hold it. */
interface HostCopy {
  readonly name: string;
  readonly operand: HostOperand<BufferView>;
  readonly words: ArrayBuffer;
}

/**
 * Runs a host step in its place: submits what stands before it, reads its operands, and writes back those that it may write.
 * Nothing may be recorded until the promise settles. Rejects with DeviceError by name where the step fails.
 */
export async function runHostStep(
  { name, operands, run }: HostLaunch<BufferView>,
  limits: Limits,
  recorder: Recorder,
  transfers: Transfers,
): Promise<void> {
  const reading = Object.entries(operands).map(([operandName, operand]) =>
    copyToHost(operandName, operand, transfers),
  );
  recorder.submit();
  const copies = await Promise.all(reading);
  const arrays: { [name: string]: NumericArray } = {};
  for (const { name: operandName, operand, words } of copies) {
    const { shape, dtype } = operand.spec;
    arrays[operandName] = viewAs(getStorage(dtype, limits), words, 0, countElements(shape));
  }
  try {
    await run(arrays);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DeviceError(`host step "${name}" failed: ${message}`, { cause: error });
  }
  for (const { operand, words } of copies) {
    if (operand.access === "read" || words.byteLength === 0) continue;
    const { buffer, byteOffset } = operand.operand;
    transfers.write((buffer as WebgpuBuffer).block, byteOffset, new Uint8Array(words));
  }
}

/** An operand that the step only writes is not read, unless other data shares its last word. */
async function copyToHost(
  name: string,
  operand: HostOperand<BufferView>,
  transfers: Transfers,
): Promise<HostCopy> {
  const { buffer, byteOffset, bytes } = operand.operand;
  const size = Math.ceil(bytes / 4) * 4;
  const isRead = size > 0 && (operand.access !== "write" || size > bytes);
  const words = isRead
    ? await transfers.read((buffer as WebgpuBuffer).block, byteOffset, size)
    : new ArrayBuffer(size);
  return { name, operand, words };
}
