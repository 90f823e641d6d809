/** A piece of memory. */
export interface Place {
  readonly address: number;
  readonly bytes: number;
}

interface Guard {
  readonly address: number;
  readonly bytes: number;
}

/** A NaN that no kernel makes: a word of these bits has not been written. */
const untouched = 0x7fa5a5a5;
/** Bytes before and after every operand that a kernel must leave alone; it may read as many. */
const guardBytes = 64;
const pageBytes = 65_536;

/** One for all runs, because each reserves gigabytes of addresses until it is collected as garbage. */
let memory: WebAssembly.Memory | undefined;

/** Pieces of memory between guards. What has not been written holds NaN. */
export class GuardedMemory {
  private top = guardBytes;
  private readonly guards: Guard[] = [];

  /** The memory that kernels are instantiated with. */
  static shared(): WebAssembly.Memory {
    memory ??= new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    return memory;
  }

  place(bytes: number): Place {
    return this.placeBefore(bytes, guardBytes);
  }

  /** Scratch has a page of guard behind it: sizes that were counted wrong are far off. */
  placeScratch(bytes: number): Place {
    return this.placeBefore(bytes, pageBytes);
  }

  /** The address of these words. */
  placeWords(words: readonly number[]): number {
    const { address, bytes } = this.place(4 * words.length);
    this.wordsAt(address, bytes).set(words);
    return address;
  }

  valuesAt({ address, bytes }: Place): Float32Array {
    return new Float32Array(GuardedMemory.shared().buffer, address, bytes / 4);
  }

  /** Forgets what was written. */
  clear({ address, bytes }: Place): void {
    this.wordsAt(address, bytes).fill(untouched);
  }

  /** Throws RangeError where a guard has changed. */
  checkGuards(writer: string): void {
    for (const { address, bytes } of this.guards) {
      const wrong = this.wordsAt(address, bytes).findIndex((word) => word !== untouched);
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
    const { buffer } = GuardedMemory.shared();
    const missing = this.top - buffer.byteLength;
    if (missing > 0) GuardedMemory.shared().grow(Math.ceil(missing / pageBytes));
    this.wordsAt(address - guardBytes, this.top - address + guardBytes).fill(untouched);
    this.guards.push({ address: address - guardBytes, bytes: guardBytes });
    this.guards.push({ address: address + words, bytes: this.top - address - words });
    return { address, bytes };
  }

  private wordsAt(address: number, bytes: number): Uint32Array {
    return new Uint32Array(GuardedMemory.shared().buffer, address, Math.ceil(bytes / 4));
  }
}
