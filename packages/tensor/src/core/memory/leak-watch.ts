import type { DeviceBuffer } from "../devices/launch.ts";
import type { Spec } from "../spec.ts";

/** The properties of a tensor that leak reports use. */
export interface Made extends Spec {
  readonly isDisposed: boolean;
  readonly storage: { readonly buffer: DeviceBuffer };
}

/** Records which operations allocated memory, and which of that memory was forgotten. */
export interface LeakWatch {
  /** `call` is the function whose callers created the tensors. An outer call is noted after its inner calls and replaces them. */
  noteOrigin(
    op: string,
    outputs: readonly Made[],
    inputs: readonly (Made | undefined)[],
    call: (...args: never[]) => unknown,
  ): void;
  /** No scope owns the memory from now on. */
  noteUnscoped(buffer: DeviceBuffer): void;
  /** Memory that no scope owned was freed explicitly. */
  noteFreed(buffer: DeviceBuffer): void;
  /** Memory that no scope owned was freed because its tensors were collected as garbage. */
  noteForgotten(buffer: DeviceBuffer): void;
  /** A text that names the origin of most of the memory that no scope owns. */
  describeLargest(): string;
}

/** Defined while leaks are reported; see `reportLeaks`. */
export let leakWatch: LeakWatch | undefined;

export function setLeakWatch(watch: LeakWatch | undefined): void {
  leakWatch = watch;
}
