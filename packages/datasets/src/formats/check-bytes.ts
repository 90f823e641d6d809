import { ArgumentError } from "@evenkeel/tensor";
import { builtinName, describeValue } from "@evenkeel/tensor/checks";

/** Throws ArgumentError unless the contents of a file are bytes. */
export function checkBytes(where: string, bytes: unknown): void {
  if (builtinName(bytes) === "Uint8Array") return;
  throw new ArgumentError(`${where}: found ${describeValue(bytes)}, expected a Uint8Array`);
}
