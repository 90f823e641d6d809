/** A range of memory. */
export interface Place {
  readonly address: number;
  readonly bytes: number;
}

interface Guard {
  readonly address: number;
  readonly bytes: number;
}

/** A NaN that no kernel produces: a word of these bits has not been written. */
const untouched = 0x7fa5a5a5;
/** The number of bytes before and after every operand that a kernel may read but must not write. */
const guardBytes = 64;
const pageBytes = 65_536;

/** One memory for all runs, because each memory reserves gigabytes of addresses until it is collected as garbage. */
let memory: WebAssembly.Memory | undefined;

/** Ranges of memory between guards. Memory that has not been written contains NaN. */
export class GuardedMemory {
  private top = guardBytes;
  private readonly guards: Guard[] = [];

  /** The memory that kernels are instantiated with. */
  static allocateShared(): WebAssembly.Memory {
    memory ??= new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    return memory;
  }

  place(bytes: number): Place {
    return this.placeBefore(bytes, guardBytes);
  }

  /** Places scratch memory, followed by a guard of a page, because wrong sizes of scratch memory are far off. */
  placeScratch(bytes: number): Place {
    return this.placeBefore(bytes, pageBytes);
  }

  /** Stores words and returns their address. */
  placeWords(words: readonly number[]): number {
    const { address, bytes } = this.place(4 * words.length);
    this.viewWords(address, bytes).set(words);
    return address;
  }

  viewValues({ address, bytes }: Place): Float32Array {
    return new Float32Array(GuardedMemory.allocateShared().buffer, address, bytes / 4);
  }

  /** Marks a range as not written. */
  clear({ address, bytes }: Place): void {
    this.viewWords(address, bytes).fill(untouched);
  }

  /** Throws RangeError if a guard has changed. */
  checkGuards(writer: string): void {
    for (const { address, bytes } of this.guards) {
      const wrong = this.viewWords(address, bytes).findIndex((word) => word !== untouched);
      if (wrong >= 0) {
        throw new RangeError(
          `${writer}: wrote outside of its operands and its scratch, at byte ${address + 4 * wrong}`,
        );
      }
    }
  }

  private placeBefore(bytes: number, bytesBehind: number): Place {
    const address = this.top + guardBytes;
    const words = Math.ceil(bytes / 4) * 4;
    this.top = Math.ceil((address + words + bytesBehind) / 16) * 16;
    const { buffer } = GuardedMemory.allocateShared();
    const missing = this.top - buffer.byteLength;
    if (missing > 0) GuardedMemory.allocateShared().grow(Math.ceil(missing / pageBytes));
    this.viewWords(address - guardBytes, this.top - address + guardBytes).fill(untouched);
    this.guards.push({ address: address - guardBytes, bytes: guardBytes });
    this.guards.push({ address: address + words, bytes: this.top - address - words });
    return { address, bytes };
  }

  private viewWords(address: number, bytes: number): Uint32Array {
    return new Uint32Array(GuardedMemory.allocateShared().buffer, address, Math.ceil(bytes / 4));
  }
}
