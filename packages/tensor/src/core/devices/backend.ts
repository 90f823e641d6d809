import { checkOptions, checkValue } from "../../checks/check.ts";
import { ArgumentError, BackendError, DTypeError, OutOfMemoryError } from "../../checks/errors.ts";
import type { Rule } from "../../checks/rules.ts";
import { callable, text } from "../../checks/rules.ts";
import type { DType } from "../../expression/dtype.ts";
import type { Storage } from "../../expression/storage.ts";
import { countStorageBytes } from "../../expression/storage.ts";
import type { Spec } from "../spec.ts";
import { countElements, formatSpec } from "../spec.ts";
import type { DeviceBuffer, Launch } from "./launch.ts";

/** The properties of a device on which plans may rely. Plans are pure functions of these and of the specs. */
export interface Limits {
  /** The memory layout of each dtype that the device supports. */
  readonly storage: Readonly<Partial<Record<DType, Storage>>>;
  readonly maxBufferBytes: number;
  /** Views of a buffer start at multiples of this many bytes. */
  readonly offsetAlignment: number;
  /** The largest number of workgroups in one dimension, on devices that have workgroups. */
  readonly maxWorkgroups?: number;
  /**
   * Optional abilities of the device, such as `subgroups` or `shader-f16`. With `non-finite`, NaN and infinities behave
   * as in IEEE 754.
   */
  readonly features: ReadonlySet<string>;
}

export interface WaitOptions {
  /**
   * The time to wait, in milliseconds. Work that has not ended by then is abandoned: this call and all later ones that
   * wait for the device reject with DeviceError, which names the launch; workers are terminated, and a GPU is released
   * if its work ends after all. A device that runs only on the calling thread cannot check the time while a kernel
   * runs.
   */
  readonly deadline?: number | undefined;
}

/**
 * A device that executes launches in order. It knows only buffers and launches, neither ops nor tensors.
 * `write`, `free`, `read` and `launch` take effect in the order of the calls.
 */
export interface Backend {
  readonly name: string;
  /** A description of the adapter or processor: `SwiftShader (software)`, `WebAssembly SIMD, 2 threads`. */
  readonly device: string;
  /** The number of processor threads that run kernels; undefined for other kinds of devices. */
  readonly threads?: number | undefined;
  /** Whether the processor emulates the device, which is then many times slower than the CPU backend. */
  readonly isEmulated?: boolean | undefined;
  /** Kernel languages, best first. */
  readonly languages: readonly string[];
  readonly limits: Limits;
  /** Allocates a buffer with undefined contents; zero bytes are allowed. Throws OutOfMemoryError. */
  allocate(bytes: number): DeviceBuffer;
  /** Frees a buffer. Only work that is queued after this call reuses its memory. Freeing it twice throws DisposedError. */
  free(buffer: DeviceBuffer): void;
  /** The data is copied before the call returns; launches queued earlier still see the old contents. */
  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void;
  /**
   * Resolves with the contents as of this point of the queue. Rejects with an error that names the launch if an earlier one
   * failed, and once with ArgumentError if the check of a launch found values out of range; the device can be used after that.
   */
  read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer>;
  /** Queues a launch and returns before it has run. */
  launch(launch: Launch): void;
  /** Resolves when all queued work has finished; rejects with the first failure since the last report. */
  idle(options?: WaitOptions): Promise<void>;
  /** The bytes in live buffers, the bytes kept for reuse, and the largest number of bytes that were live at the same time. */
  memory(): { readonly live: number; readonly pooled: number; readonly peak: number };
  /** Finishes queued work and releases the device. All later calls throw DisposedError. */
  close(options?: WaitOptions): Promise<void>;
}

/** The argument of `selectBackend`: the name of a device, and a function that opens it with the options of the factory. */
export interface BackendFactory<Name extends string = string> {
  readonly name: Name;
  open(): Promise<Backend>;
}

export function getStorage(dtype: DType, limits: Limits): Storage {
  const storage = limits.storage[dtype];
  if (storage === undefined)
    throw new DTypeError(`dtype: found ${dtype}, expected a dtype that this device supports`);
  return storage;
}

/**
 * The number of bytes of a tensor of this spec on a device with these limits. Throws OutOfMemoryError if it is not a
 * safe integer.
 */
export function countBytes(spec: Spec, limits: Limits): number {
  const bytes = countElements(spec.shape) * countStorageBytes(getStorage(spec.dtype, limits));
  if (!Number.isSafeInteger(bytes)) {
    throw new OutOfMemoryError(`shape: found ${formatSpec(spec)}, expected fewer than 2^53 bytes`);
  }
  return bytes;
}

/**
 * Throws OutOfMemoryError, which names the place and the spec, unless one buffer of the device can hold a tensor of this spec. It is
 * also for functions that compute a table on the host before they call an op.
 */
export function checkFits(where: string, spec: Spec, { name, limits }: Backend): void {
  const bytes = countElements(spec.shape) * countStorageBytes(getStorage(spec.dtype, limits));
  if (bytes <= limits.maxBufferBytes) return;
  throw new OutOfMemoryError(
    `${where}: found ${formatSpec(spec)}, which takes ${bytes} bytes, expected at most ${limits.maxBufferBytes}, the largest buffer of ${name}`,
  );
}

/** The offsets of tensors that share a range of memory, one after another. */
export interface GroupLayout {
  readonly byteOffsets: readonly number[];
  readonly bytes: number;
}

/** The layout of a group of outputs: each starts at the next multiple of the device's `offsetAlignment`. */
export function computeGroupLayout(specs: readonly Spec[], limits: Limits): GroupLayout {
  const byteOffsets: number[] = [];
  let end = 0;
  for (const spec of specs) {
    const start = Math.ceil(end / limits.offsetAlignment) * limits.offsetAlignment;
    byteOffsets.push(start);
    end = start + countBytes(spec, limits);
  }
  return { byteOffsets, bytes: end };
}

let defaultBackend: Backend | undefined;

/** The backend of tensors that are created without specifying one. Throws BackendError if none is set. */
export function getDefaultBackend(): Backend {
  if (defaultBackend === undefined) {
    throw new BackendError(
      "no backend is open: call `await selectBackend([cpu()])` first, or pass `{ backend }` where the tensor is created",
    );
  }
  return defaultBackend;
}

export function setDefaultBackend(backend: Backend | undefined): void {
  defaultBackend = backend;
}

const numbers = new WeakMap<Backend, number>();
const counts = new Map<string, number>();

/** The number of a backend among those of its name, in the order in which numbers were first requested. */
function getNumber(backend: Backend): number {
  const known = numbers.get(backend);
  if (known !== undefined) return known;
  const number = (counts.get(backend.name) ?? 0) + 1;
  counts.set(backend.name, number);
  numbers.set(backend, number);
  return number;
}

/**
 * Describes a backend for a message: `cpu 2 (WebAssembly SIMD, 2 threads)`. Backends of one name are numbered in the
 * order in which they were selected or, without `selectBackend`, first described.
 */
export const describeBackend = (backend: Backend): string =>
  `${backend.name} ${getNumber(backend)} (${backend.device})`;

export interface SelectOptions<Name extends string = string> {
  /** The name of the backend that must open. */
  readonly prefer?: Name | undefined;
}

const backendList: Rule = {
  expected: "an array of backends to open, such as [webgpu(), cpu()]",
  accepts: (value) =>
    Array.isArray(value) &&
    value.every((factory) => text.accepts(factory?.name) && callable.accepts(factory.open)),
};

/**
 * Opens the first backend that can be opened, and makes it the default for new tensors. A backend that is preferred by name
 * must open; otherwise the call fails with the reason, because work that silently runs elsewhere would be misleading. Throws
 * ArgumentError for wrong options and for a preferred name that none of the factories has, and BackendError with all reasons
 * if none opens.
 *
 * @example const backend = await selectBackend([webgpu(), cpu({ threads: 2 })]);
 */
export async function selectBackend<Name extends string>(
  factories: readonly BackendFactory<Name>[],
  selection: SelectOptions<NoInfer<Name>> = {},
): Promise<Backend> {
  checkValue("selectBackend: factories", factories, backendList);
  checkOptions<SelectOptions>("selectBackend", selection, { prefer: text });
  const { prefer } = selection;
  const candidates = prefer === undefined ? factories : factories.filter(({ name }) => name === prefer);
  if (candidates.length === 0) {
    if (prefer === undefined) throw new ArgumentError("factories: found none, expected at least one backend");
    throw new ArgumentError(
      `prefer: found "${prefer}", expected one of: ${factories.map(({ name }) => name).join(", ") || "none"}`,
    );
  }
  const reasons: string[] = [];
  for (const factory of candidates) {
    try {
      const backend = await factory.open();
      // Numbers the backends in the order of selection, not in that of the first messages.
      getNumber(backend);
      setDefaultBackend(backend);
      return backend;
    } catch (error) {
      if (error instanceof ArgumentError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      reasons.push(reason.startsWith(`${factory.name}: `) ? reason : `${factory.name}: ${reason}`);
    }
  }
  throw new BackendError(`no backend could be opened. ${reasons.join(". ")}`);
}
