import type { KernelHandle } from "../kernels/kernel-registry.ts";
import type { KernelTable } from "../kernels/kernel-table.ts";

/** A kernel launch with its pointers resolved. */
export interface KernelEntry {
  readonly kind: "kernel";
  readonly kernel: KernelHandle;
  readonly items: number;
  readonly chunk: number;
  /** The address of the first worker's scratch; the next worker's lies `scratchStride` bytes further. */
  readonly scratch: number;
  readonly scratchStride: number;
  /** Words: addresses of operands, then parameters. */
  readonly args: readonly number[];
  /** The address of the arguments in device memory if they do not fit in a slot. */
  readonly argsAddress: number;
  /** The address at which workers count values out of range, each on its own cache line; 0 without a check. */
  readonly counters: number;
}

/** A host step. Later entries wait until the host ends it. */
export interface HostEntry {
  readonly kind: "host";
  readonly name: string;
  run(): void | Promise<void>;
}

export type Entry = KernelEntry | HostEntry;

/** Slots are arrays of doubles, which hold addresses and counts alike: two cache lines. */
export const slotWords = 16;
const kernel = 0;
const record = 1;
const items = 2;
const chunk = 3;
const chunksPerShare = 4;
const scratch = 5;
const scratchStride = 6;
const argsAddress = 7;
const counters = 8;

/** Bytes from one worker's counter to the next. */
export const counterStride = 64;

/**
 * The most shares of an entry. Workers claim shares, which are runs of chunks: few enough that claiming costs little,
 * and enough to balance the load.
 */
const maxShares = 256;

/** Stands in place of a kernel's number if the entry is a host step, or if there is no entry. */
export const noKernel = -1;

/**
 * Writes the entry to the slot at `slot`, and its arguments to the block of `memory` at `block`. Returns the number of
 * shares in which the entry runs: 0 for a host step, of which workers claim nothing.
 */
export function writeEntry(
  words: Float64Array,
  slot: number,
  entry: Entry,
  memory: Int32Array,
  block: number,
): number {
  if (entry.kind === "host") {
    words[slot + kernel] = noKernel;
    return 0;
  }
  const chunks = Math.ceil(entry.items / entry.chunk);
  const perShare = Math.ceil(chunks / maxShares);
  words[slot + kernel] = entry.kernel.id;
  words[slot + record] = entry.kernel.record;
  words[slot + items] = entry.items;
  words[slot + chunk] = entry.chunk;
  words[slot + chunksPerShare] = perShare;
  words[slot + scratch] = entry.scratch;
  words[slot + scratchStride] = entry.scratchStride;
  words[slot + argsAddress] = entry.argsAddress || block;
  words[slot + counters] = entry.counters;
  if (entry.argsAddress === 0) {
    const { args } = entry;
    const first = block >>> 2;
    for (let index = 0; index < args.length; index++) memory[first + index] = args[index]!;
  }
  return Math.ceil(chunks / perShare);
}

export const readKernel = (words: Float64Array, slot: number): number => words[slot + kernel]!;

export const readCounters = (words: Float64Array, slot: number): number => words[slot + counters]!;

/** Runs the entries of a ring, or of a single slot, on one thread. */
export class EntryRunner {
  private readonly memory: WebAssembly.Memory;
  private readonly table: KernelTable;
  private readonly words: Float64Array;
  private readonly worker: number;

  constructor(memory: WebAssembly.Memory, table: KernelTable, words: Float64Array, worker: number) {
    this.memory = memory;
    this.table = table;
    this.words = words;
    this.worker = worker;
  }

  /** Returns how many values the kernel found out of range. Rethrows a trap of the kernel or an error of its compilation. */
  run(slot: number, share: number): number {
    const { words } = this;
    const call = this.table.find(words[slot + kernel]!, words[slot + record]!);
    const own = words[slot + scratch]! + this.worker * words[slot + scratchStride]!;
    const args = words[slot + argsAddress]!;
    const counter = this.clearCounter(slot);
    const address = counter?.byteOffset ?? 0;
    const step = words[slot + chunk]!;
    const begin = share * words[slot + chunksPerShare]! * step;
    const end = Math.min(words[slot + items]!, begin + words[slot + chunksPerShare]! * step);
    for (let item = begin; item < end; item += step) {
      call(item, Math.min(item + step, end), own, args, address);
    }
    return counter?.[0] ?? 0;
  }

  private clearCounter(slot: number): Uint32Array | undefined {
    const first = readCounters(this.words, slot);
    if (first === 0) return undefined;
    const counter = new Uint32Array(this.memory.buffer, first + this.worker * counterStride, 1);
    counter[0] = 0;
    return counter;
  }
}
