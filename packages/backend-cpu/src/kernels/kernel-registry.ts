import type { WasmKernel } from "@evenkeel/tensor";
import { decodeModule } from "@evenkeel/tensor";
import type { Heap } from "../memory/heap.ts";

/** How launches name a kernel: a small number, and the address of its record in device memory. */
export interface KernelHandle {
  readonly id: number;
  readonly record: number;
  readonly name: string;
}

interface ModuleEntry {
  readonly address: number;
  readonly bytes: number;
  readonly kernels: Map<string, KernelHandle>;
}

/** Stores each module once in device memory, where every thread finds it. */
export class KernelRegistry {
  private readonly heap: Heap;
  private readonly modules = new Map<string, ModuleEntry>();
  private readonly known = new WeakMap<WasmKernel, KernelHandle>();
  private readonly handles: KernelHandle[] = [];

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Throws OutOfMemoryError. */
  getHandle(kernel: WasmKernel): KernelHandle {
    let handle = this.known.get(kernel);
    if (handle === undefined) {
      handle = this.handleIn(kernel.module, () => decodeModule(kernel.module), kernel.entry);
      this.known.set(kernel, handle);
    }
    return handle;
  }

  /** `key` is the identity of the module; `code` is asked for its bytes once. */
  handleIn(key: string, code: () => Uint8Array, entry: string, name: string = entry): KernelHandle {
    let module = this.modules.get(key);
    if (module === undefined) {
      const bytes = code();
      module = { address: this.heap.keep(bytes), bytes: bytes.length, kernels: new Map() };
      this.modules.set(key, module);
    }
    return module.kernels.get(entry) ?? this.register(module, entry, name);
  }

  getName(id: number): string {
    return this.handles[id]?.name ?? `kernel ${id}`;
  }

  private register(module: ModuleEntry, entry: string, name: string): KernelHandle {
    const text = new TextEncoder().encode(entry);
    const words = Uint32Array.of(module.address, module.bytes, this.heap.keep(text), text.length);
    const record = this.heap.keep(new Uint8Array(words.buffer));
    const handle = { id: this.handles.length, record, name };
    this.handles.push(handle);
    module.kernels.set(entry, handle);
    return handle;
  }
}
