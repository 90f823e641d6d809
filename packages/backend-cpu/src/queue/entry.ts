import type { KernelHandle } from "../kernels/kernel-registry.ts";
import type { KernelFunction, KernelTable } from "../kernels/kernel-table.ts";

/** A kernel launch with its pointers resolved. */
export interface KernelEntry {
  readonly kind: "kernel";
  readonly kernel: KernelHandle;
  readonly items: number;
  readonly chunk: number;
  /** The address of the first worker's scratch; the next worker's lies `scratchStride` bytes further. */
  readonly scratch: number;
  readonly scratchStride: number;
  /** Pointers, then parameters: words, or numbers where they are passed one by one. */
  readonly args: readonly number[];
  /** Whether the kernel takes the address of its arguments, instead of one argument after the other. */
  readonly takesAddress: boolean;
  /** Where the arguments lie in device memory when they are too many for a slot. */
  readonly argsAddress: number;
  /** Where workers count values out of range, each on a cache line of its own; 0 without a check. */
  readonly counters: number;
}

/** A host step. Later entries wait until the host ends it. */
export interface HostEntry {
  readonly kind: "host";
  readonly name: string;
  run(): void | Promise<void>;
}

export type Entry = KernelEntry | HostEntry;

/** Slots are arrays of doubles, which hold addresses, counts and f32 parameters alike. */
export const slotWords = 32;
const kernel = 0;
const record = 1;
const items = 2;
const chunk = 3;
const chunksPerShare = 4;
const scratch = 5;
const scratchStride = 6;
const argCount = 7;
const argsAddress = 8;
const counters = 9;
const firstArg = 10;

/** Bytes from one worker's counter to the next. */
export const counterStride = 64;

/** Longer argument lists lie in device memory. */
export const argsInSlot: number = slotWords - firstArg;

/**
 * The most shares of an entry. Workers claim shares, which are runs of chunks: few enough that claiming costs little,
 * and enough to balance the load.
 */
const maxShares = 256;

/** Stands in place of a kernel's number if the entry is a host step, or if there is no entry. */
export const noKernel = -1;

/** Stands in place of the number of arguments if the kernel takes their address. */
const byAddress = -1;

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
  words[slot + argCount] = entry.takesAddress ? byAddress : entry.args.length;
  words[slot + argsAddress] = entry.argsAddress;
  words[slot + counters] = entry.counters;
  const { args } = entry;
  if (entry.takesAddress && entry.argsAddress === 0) {
    words[slot + argsAddress] = block;
    const first = block >>> 2;
    for (let index = 0; index < args.length; index++) memory[first + index] = args[index]!;
  } else if (entry.argsAddress === 0) {
    for (let index = 0; index < args.length; index++) words[slot + firstArg + index] = args[index]!;
  }
  return Math.ceil(chunks / perShare);
}

export const kernelOf = (words: Float64Array, slot: number): number => words[slot + kernel]!;

export const countersOf = (words: Float64Array, slot: number): number => words[slot + counters]!;

/** Runs the entries of a ring, or of a single slot, on one thread. */
export class EntryRunner {
  private readonly memory: WebAssembly.Memory;
  private readonly table: KernelTable;
  private readonly words: Float64Array;
  private readonly worker: number;
  private readonly args: number[] = [];

  constructor(memory: WebAssembly.Memory, table: KernelTable, words: Float64Array, worker: number) {
    this.memory = memory;
    this.table = table;
    this.words = words;
    this.worker = worker;
  }

  /** Returns how many values the kernel found out of range. Rethrows a trap of the kernel or an error of its compilation. */
  run(slot: number, share: number): number {
    const { words, args } = this;
    const call = this.table.find(words[slot + kernel]!, words[slot + record]!);
    if (words[slot + argCount] === byAddress) return this.runByAddress(call, slot, share);
    this.readArgs(slot);
    const counter = this.pushCounter(slot);
    const step = words[slot + chunk]!;
    const begin = share * words[slot + chunksPerShare]! * step;
    const end = Math.min(words[slot + items]!, begin + words[slot + chunksPerShare]! * step);
    for (let item = begin; item < end; item += step) {
      args[0] = item;
      args[1] = Math.min(item + step, end);
      call.apply(undefined, args);
    }
    return counter?.[0] ?? 0;
  }

  private runByAddress(call: KernelFunction, slot: number, share: number): number {
    const { words } = this;
    const own = words[slot + scratch]! + this.worker * words[slot + scratchStride]!;
    const args = words[slot + argsAddress]!;
    const counter = this.zeroedCounter(slot);
    const address = counter?.byteOffset ?? 0;
    const step = words[slot + chunk]!;
    const begin = share * words[slot + chunksPerShare]! * step;
    const end = Math.min(words[slot + items]!, begin + words[slot + chunksPerShare]! * step);
    for (let item = begin; item < end; item += step) {
      call(item, Math.min(item + step, end), own, args, address);
    }
    return counter?.[0] ?? 0;
  }

  private zeroedCounter(slot: number): Uint32Array | undefined {
    const first = countersOf(this.words, slot);
    if (first === 0) return undefined;
    const counter = new Uint32Array(this.memory.buffer, first + this.worker * counterStride, 1);
    counter[0] = 0;
    return counter;
  }

  /** Passes a zeroed counter to the kernel where its launch has a check. */
  private pushCounter(slot: number): Uint32Array | undefined {
    const counter = this.zeroedCounter(slot);
    if (counter !== undefined) this.args.push(counter.byteOffset);
    return counter;
  }

  private readArgs(slot: number): void {
    const { words, args } = this;
    const count = words[slot + argCount]!;
    const address = words[slot + argsAddress]!;
    const source = address === 0 ? words : new Float64Array(this.memory.buffer, address, count);
    const first = address === 0 ? slot + firstArg : 0;
    args.length = 3 + count;
    args[2] = words[slot + scratch]! + this.worker * words[slot + scratchStride]!;
    for (let index = 0; index < count; index++) args[3 + index] = source[first + index]!;
  }
}
