import { importPlainMemory } from "./shared-flag.ts";

/** `instanceof` fails for a memory of another realm. */
const isPlain = (buffer: ArrayBufferLike): boolean =>
  Object.prototype.toString.call(buffer) === "[object ArrayBuffer]";

/** See `WasmKernel`. */
export type KernelFunction = (
  begin: number,
  end: number,
  scratch: number,
  args: number,
  counter: number,
) => void;

/**
 * The kernels of one thread, compiled at their first launch from device memory, where the registry put them: any thread
 * can load a kernel without a message from another.
 */
export class KernelTable {
  private readonly memory: WebAssembly.Memory;
  private readonly functions: KernelFunction[] = [];
  private readonly instances = new Map<number, WebAssembly.Exports>();

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /** Throws when the module does not compile, or has no such export. */
  find(id: number, record: number): KernelFunction {
    return this.functions[id] ?? this.load(id, record);
  }

  private load(id: number, record: number): KernelFunction {
    const words = new Uint32Array(this.memory.buffer, record, 4);
    const name = new TextDecoder().decode(this.copyBytes(words[2]!, words[3]!));
    const kernel = this.instantiate(words[0]!, words[1]!)[name];
    if (typeof kernel !== "function") throw new TypeError(`the module has no function "${name}"`);
    this.functions[id] = kernel as KernelFunction;
    return kernel as KernelFunction;
  }

  private instantiate(address: number, bytes: number): WebAssembly.Exports {
    const known = this.instances.get(address);
    if (known !== undefined) return known;
    const code = this.copyBytes(address, bytes);
    if (isPlain(this.memory.buffer)) importPlainMemory(code);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), {
      env: { memory: this.memory },
    });
    this.instances.set(address, exports);
    return exports;
  }

  /** Decoders and compilers do not take shared memory. */
  private copyBytes(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer, address, bytes).slice();
  }
}
