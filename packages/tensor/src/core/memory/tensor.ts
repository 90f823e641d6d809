/// <reference lib="esnext.disposable" preserve="true" />

import { ArgumentError, DisposedError } from "../../checks/errors.ts";
import { aTensor } from "../../checks/rules.ts";
import type { DType } from "../../expression/dtype.ts";
import { getDTypeProperties } from "../../expression/dtype.ts";
import type { NumericArray } from "../../expression/storage.ts";
import { countStorageBytes, decodeView, viewAs } from "../../expression/storage.ts";
import type { Backend } from "../devices/backend.ts";
import { countBytes, getStorage } from "../devices/backend.ts";
import type { BufferView, DeviceBuffer } from "../devices/launch.ts";
import type { Shape, Spec } from "../spec.ts";
import { countElements, formatShape, formatSpec } from "../spec.ts";
import { trackInScope } from "./current-scope.ts";
import { allocate, free, freeWhenForgotten, takeOutOfNet } from "./unscoped-memory.ts";

// Engines without `using` run its compiled form if the symbol exists.
(Symbol as { dispose?: symbol }).dispose ??= Symbol.for("Symbol.dispose");

/** A buffer that several tensors may view; it is freed when the last of them is disposed. */
export class TensorStorage {
  readonly backend: Backend;
  readonly buffer: DeviceBuffer;
  private references = 0;
  private isInNet = false;

  constructor(backend: Backend, bytes: number) {
    this.backend = backend;
    this.buffer = allocate(backend, bytes);
  }

  retain(): void {
    this.references++;
  }

  /** Whether more than one tensor views this memory. */
  get isShared(): boolean {
    return this.references > 1;
  }

  release(): void {
    if (--this.references > 0) return;
    if (this.isInNet) takeOutOfNet(this);
    free(this);
  }

  /** Frees the buffer when the storage is collected as garbage, for tensors that no scope owns. */
  freeWhenForgotten(): void {
    if (this.isInNet) return;
    this.isInNet = true;
    freeWhenForgotten(this);
  }
}

let nextId = 0;

/**
 * A contiguous array of one dtype on one backend: a buffer, a byte offset and a spec. Tensors are values: operations
 * create new ones. Memory is freed by `dispose`, `using`, or the `scope` in which the tensor was created. The memory of
 * a tensor in no scope is freed once the engine has collected the tensor as garbage, which may be much later: the
 * engine sees the size of the handle but not that of the memory, and frees nothing until control returns to the event
 * loop, which never happens in a loop without an `await`.
 */
export class Tensor implements Spec {
  /** Equal for tensors that represent the same value (see `makeAlias`). */
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly byteOffset: number;
  private storageOrNone: TensorStorage | undefined;

  /** For executors; users create tensors with `tensor`, `zeros` and the other operations. */
  constructor(storage: TensorStorage, spec: Spec, byteOffset = 0, id: number = nextId++) {
    storage.retain();
    this.storageOrNone = storage;
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.byteOffset = byteOffset;
    this.id = id;
    trackInScope(this);
  }

  /** Throws DisposedError after the tensor has been disposed or donated. */
  get storage(): TensorStorage {
    if (this.storageOrNone === undefined) {
      throw new DisposedError(`tensor ${formatSpec(this)} was used after it had been disposed or donated`);
    }
    return this.storageOrNone;
  }

  get backend(): Backend {
    return this.storage.backend;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return countElements(this.shape);
  }

  get isDisposed(): boolean {
    return this.storageOrNone === undefined;
  }

  /** The values in row-major order: Float32Array for f32 and f16, Uint8Array for u8 and bool. Waits for the device. */
  async data(): Promise<NumericArray> {
    const { backend, buffer } = this.storage;
    const storage = getStorage(this.dtype, backend.limits);
    const bytes = await backend.read(buffer, this.byteOffset, this.size * countStorageBytes(storage));
    const values = decodeView(storage, viewAs(storage, bytes));
    const { kind, host } = getDTypeProperties(this.dtype);
    return kind === "truth" && storage !== host ? Uint8Array.from(values) : values;
  }

  /** The only value of a tensor with one element. Throws ArgumentError for any other size. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ArgumentError(
        `item: found a tensor of shape ${formatShape(this.shape)}, expected one element`,
      );
    }
    return (await this.data())[0]!;
  }

  /** Frees the memory if no other tensor views it. May be called more than once. */
  dispose(): void {
    const storage = this.storageOrNone;
    this.storageOrNone = undefined;
    storage?.release();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    const state = this.isDisposed ? "disposed" : `on ${this.backend.name}`;
    return `Tensor ${this.dtype} ${formatShape(this.shape)} ${state}`;
  }

  static {
    // biome-ignore lint/complexity/noThisInStatic: bundlers rename a class that names itself here, and errors show its name
    const { prototype } = this;
    // The output of `console.log` in Node. Values stay on the device; `await format(tensor)` shows them.
    Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), { value: prototype.toString });
  }
}

/** Also true for a tensor of another copy of the package. */
export const isTensor = (value: unknown): value is Tensor => aTensor.accepts(value);

/** Another handle of the same value, which is disposed independently. Tapes keep such handles, so users may dispose their own. */
export function makeAlias(tensor: Tensor): Tensor {
  return new Tensor(tensor.storage, tensor, tensor.byteOffset, tensor.id);
}

export function makeView(tensor: Tensor): BufferView {
  const { backend, buffer } = tensor.storage;
  return { buffer, byteOffset: tensor.byteOffset, bytes: countBytes(tensor, backend.limits) };
}
