import { DisposedError, OutOfMemoryError } from "../../checks/errors.ts";
import type { Backend } from "../devices/backend.ts";
import type { DeviceBuffer } from "../devices/launch.ts";
import { leakWatch } from "./leak-watch.ts";

/** A buffer and its backend. */
export interface Memory {
  readonly backend: Backend;
  readonly buffer: DeviceBuffer;
}

const unscoped = /* @__PURE__ */ new WeakMap<Backend, number>();

const countUnscopedBytes = (backend: Backend): number => unscoped.get(backend) ?? 0;

function addUnscopedBytes(backend: Backend, bytes: number): void {
  unscoped.set(backend, countUnscopedBytes(backend) + bytes);
}

let bytesSinceLook = 0;

/**
 * After this many bytes of new memory outside all scopes, the engine is made to collect garbage, because it sees the handles
 * but not the memory behind them.
 */
const patienceBytes = 2 ** 28;

const net = /* @__PURE__ */ new FinalizationRegistry<Memory>((memory) => {
  addUnscopedBytes(memory.backend, -memory.buffer.bytes);
  leakWatch?.noteForgotten(memory.buffer);
  free(memory);
});

/** Frees a buffer, unless its backend is closed: a tensor may outlive its backend until `using` disposes it. */
export function free({ backend, buffer }: Memory): void {
  try {
    backend.free(buffer);
  } catch (error) {
    if (!(error instanceof DisposedError)) throw error;
  }
}

/** Frees the buffer of `owner`, which no scope owns, once the engine has collected `owner` as garbage. */
export function freeWhenForgotten(owner: Memory): void {
  const { backend, buffer } = owner;
  net.register(owner, { backend, buffer }, owner);
  addUnscopedBytes(backend, buffer.bytes);
  leakWatch?.noteUnscoped(buffer);
  bytesSinceLook += buffer.bytes;
  if (bytesSinceLook < patienceBytes) return;
  bytesSinceLook = 0;
  try {
    // Engines count the size of this buffer and collect garbage. The buffer itself is garbage, and none of its pages is
    // touched.
    new ArrayBuffer(patienceBytes / 2);
  } catch {
    // An engine that cannot allocate the buffer has already tried to collect garbage.
  }
}

/** Undoes `freeWhenForgotten` for an owner whose buffer is freed explicitly. */
export function takeOutOfNet(owner: Memory): void {
  net.unregister(owner);
  addUnscopedBytes(owner.backend, -owner.buffer.bytes);
  leakWatch?.noteFreed(owner.buffer);
}

/** Calls `backend.allocate`; if there is not enough memory, the error says how much of it no scope owns. */
export function allocate(backend: Backend, bytes: number): DeviceBuffer {
  try {
    return backend.allocate(bytes);
  } catch (error) {
    const held = countUnscopedBytes(backend);
    if (!(error instanceof OutOfMemoryError) || held === 0) throw error;
    const largest = leakWatch ? `: ${leakWatch.describeLargest()}` : "";
    throw new OutOfMemoryError(
      `${error.message} (${held} bytes belong to tensors outside any scope, such as the parameters of a model${largest}; unreachable tensors are freed only when the event loop runs, so a long loop needs an await)`,
      { cause: error },
    );
  }
}
