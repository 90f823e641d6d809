import type { DeviceBuffer } from "../devices/launch.ts";
import type { Spec } from "../spec.ts";

/** A tensor, as far as leak reports know it. */
export interface Made extends Spec {
  readonly isDisposed: boolean;
  readonly storage: { readonly buffer: DeviceBuffer };
}

/** Records which operations made memory, and which of it was forgotten. */
export interface LeakWatch {
  /** `call` is the function whose callers made the tensors. An outer call comes after those inside of it, and counts. */
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
  /** A text that names what holds the most memory that no scope owns. */
  describeLargest(): string;
}

/** Present while leaks are reported; see `reportLeaks`. */
export let leakWatch: LeakWatch | undefined;

export function setLeakWatch(watch: LeakWatch | undefined): void {
  leakWatch = watch;
}
