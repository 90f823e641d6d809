import type { WasmKernel } from "@evenkeel/tensor";
import { decodeModule } from "@evenkeel/tensor";
import type { Heap } from "../memory/heap.ts";
import type { KernelRecord } from "./kernel-record.ts";
import { notShared } from "./kernel-record.ts";

/** How launches name a kernel: a small number, and the address of its record in device memory. */
export interface KernelHandle {
  readonly id: number;
  readonly record: number;
  readonly name: string;
}

/** Where threads find a module: in device memory, or under a number among those that the host has shared. */
type ModulePlace = Readonly<Record<"address" | "bytes" | "shared", number>>;

interface ModuleEntry {
  readonly place: ModulePlace;
  readonly kernels: Map<string, KernelHandle>;
}

/** Gives a module that the host compiles to all threads and returns its number; undefined where threads compile it themselves. */
export type ShareModule = (module: string) => number | undefined;

/** Stores each module once in device memory, where every thread finds it, and has the host share wide ones. */
export class KernelRegistry {
  private readonly heap: Heap;
  private readonly shareWide: ShareModule;
  private readonly modules = new Map<string, ModuleEntry>();
  private readonly known = new WeakMap<WasmKernel, KernelHandle>();
  private readonly handles: KernelHandle[] = [];

  constructor(heap: Heap, shareWide: ShareModule = () => undefined) {
    this.heap = heap;
    this.shareWide = shareWide;
  }

  /** Throws OutOfMemoryError. */
  getHandle(kernel: WasmKernel): KernelHandle {
    let handle = this.known.get(kernel);
    if (handle === undefined) {
      const { module, vectorBits, entry } = kernel;
      const found = this.findModule(module, () => {
        const shared = vectorBits === 256 ? this.shareWide(module) : undefined;
        return shared === undefined ? this.keep(decodeModule(module)) : { address: 0, bytes: 0, shared };
      });
      handle = this.findKernel(found, entry, entry);
      this.known.set(kernel, handle);
    }
    return handle;
  }

  /** `key` is the identity of the module; `code` is asked for its bytes once. */
  handleIn(key: string, code: () => Uint8Array, entry: string, name: string = entry): KernelHandle {
    return this.findKernel(
      this.findModule(key, () => this.keep(code())),
      entry,
      name,
    );
  }

  getName(id: number): string {
    return this.handles[id]?.name ?? `kernel ${id}`;
  }

  private findModule(key: string, place: () => ModulePlace): ModuleEntry {
    let module = this.modules.get(key);
    if (module === undefined) {
      module = { place: place(), kernels: new Map() };
      this.modules.set(key, module);
    }
    return module;
  }

  private keep(bytes: Uint8Array): ModulePlace {
    return { address: this.heap.keep(bytes), bytes: bytes.length, shared: notShared };
  }

  private findKernel({ place, kernels }: ModuleEntry, entry: string, name: string): KernelHandle {
    const known = kernels.get(entry);
    if (known !== undefined) return known;
    const text = new TextEncoder().encode(entry);
    const { address, bytes, shared } = place;
    const words: KernelRecord = [address, bytes, this.heap.keep(text), text.length, shared];
    const record = this.heap.keep(new Uint8Array(Int32Array.from(words).buffer));
    const handle = { id: this.handles.length, record, name };
    this.handles.push(handle);
    kernels.set(entry, handle);
    return handle;
  }
}
