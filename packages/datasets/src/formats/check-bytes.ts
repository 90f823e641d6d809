import { ArgumentError } from "@evenkeel/tensor";
import { describeValue, getBuiltinName } from "@evenkeel/tensor/checks";

/** Throws ArgumentError unless the contents of a file are bytes. */
export function checkBytes(where: string, bytes: unknown): void {
  if (getBuiltinName(bytes) === "Uint8Array") return;
  throw new ArgumentError(`${where}: found ${describeValue(bytes)}, expected a Uint8Array`);
}
