import type { KernelRecord } from "./kernel-record.ts";
import { notShared, recordWords } from "./kernel-record.ts";
import { importPlainMemory, isPlain } from "./shared-flag.ts";

/** See `WasmKernel`. */
export type KernelFunction = (
  begin: number,
  end: number,
  scratch: number,
  args: number,
  counter: number,
) => void;

/** The module that the host has compiled and shared under a number. */
export type FindShared = (number: number) => WebAssembly.Module | undefined;

/**
 * The kernels of one thread, compiled at their first launch from device memory, where the registry put them: any thread
 * can load a kernel without a message from another. Modules that the host compiles come by message.
 */
export class KernelTable {
  private readonly memory: WebAssembly.Memory;
  private readonly functions: KernelFunction[] = [];
  private readonly findShared: FindShared;
  private readonly instances = new Map<string, WebAssembly.Exports>();

  constructor(memory: WebAssembly.Memory, findShared: FindShared) {
    this.memory = memory;
    this.findShared = findShared;
  }

  /** Throws when the module does not compile, or has no such export. */
  find(id: number, record: number): KernelFunction {
    return this.functions[id] ?? this.load(id, record);
  }

  private load(id: number, record: number): KernelFunction {
    const words = new Int32Array(this.memory.buffer, record, recordWords);
    const [address, bytes, nameAddress, nameBytes, shared] = words as unknown as KernelRecord;
    const name = new TextDecoder().decode(this.copyBytes(nameAddress >>> 0, nameBytes));
    const kernel = this.instantiate(address >>> 0, bytes, shared)[name];
    if (typeof kernel !== "function") throw new TypeError(`the module has no function "${name}"`);
    this.functions[id] = kernel as KernelFunction;
    return kernel as KernelFunction;
  }

  private instantiate(address: number, bytes: number, shared: number): WebAssembly.Exports {
    const key = `${address} ${shared}`;
    const known = this.instances.get(key);
    if (known !== undefined) return known;
    const module = shared === notShared ? this.compile(address, bytes) : this.findShared(shared);
    if (module === undefined) throw new TypeError(`the thread has not received module ${shared}`);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.memory } });
    this.instances.set(key, exports);
    return exports;
  }

  private compile(address: number, bytes: number): WebAssembly.Module {
    const code = this.copyBytes(address, bytes);
    if (isPlain(this.memory.buffer)) importPlainMemory(code);
    return new WebAssembly.Module(code);
  }

  /** Decoders and compilers do not take shared memory. */
  private copyBytes(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer, address, bytes).slice();
  }
}
