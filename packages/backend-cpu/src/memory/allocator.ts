import type { DeviceMemory } from "./device-memory.ts";

/** Blocks start and end at multiples of this many bytes: one cache line, or four vectors. */
const unitBytes = 64;
/** Size classes between two powers of two; a search wastes at most an eighth of what it finds. */
const classesPerOctave = 8;
const octaveShift = 3;
/** Classes of blocks up to 4 GiB. */
const classCount = classesPerOctave * 26;

/** A stretch of device memory. Neighbours in memory and in the list of its size class are linked. */
export interface Block {
  readonly address: number;
  bytes: number;
  /** The ticket of the last queued launch that touches this memory; -1 for none. */
  lastUse: number;
  isFree: boolean;
  before: Block | undefined;
  after: Block | undefined;
  previousFree: Block | undefined;
  nextFree: Block | undefined;
}

/**
 * Two-level segregated fit (Masmano et al., 2004): free blocks are listed by size class, found by a bitmap, and joined
 * with their free neighbours, so that steps of different shapes share one memory. Constant time.
 *
 * A freed block may be handed out while queued launches still use it: whatever is queued later runs later.
 */
export class Allocator {
  private readonly memory: DeviceMemory;
  private readonly lists = new Array<Block | undefined>(classCount).fill(undefined);
  private readonly bitmap = new Uint32Array(Math.ceil(classCount / 32));
  private last: Block | undefined;

  constructor(memory: DeviceMemory) {
    this.memory = memory;
  }

  /** Returns undefined when there is no room. The contents are undefined, and `lastUse` may be a launch that has not run yet. */
  allocate(bytes: number): Block | undefined {
    const rounded = roundUp(bytes);
    // Size classes are 32-bit arithmetic.
    if (rounded > this.memory.capacity) return undefined;
    const block = this.find(rounded) ?? this.extend(rounded);
    if (block !== undefined) this.splitOff(block, rounded);
    return block;
  }

  /** Allocates memory that has never been used, so that no queued launch touches it. */
  allocateFresh(bytes: number): Block | undefined {
    const rounded = roundUp(bytes);
    return this.append(rounded);
  }

  free(block: Block): void {
    let joined = block;
    const { before, after } = block;
    if (before?.isFree) {
      this.unlist(before);
      joined = this.join(before, block);
    }
    if (after?.isFree) {
      this.unlist(after);
      joined = this.join(joined, after);
    }
    this.list(joined);
  }

  private find(bytes: number): Block | undefined {
    const found = this.takeFrom(this.findFirstClass(bytes));
    if (found !== undefined) return found;
    // The class of this very size holds smaller blocks too: worth a walk before the memory grows.
    for (let block = this.lists[findSizeClass(bytes)]; block !== undefined; block = block.nextFree) {
      if (block.bytes >= bytes) {
        this.unlist(block);
        return block;
      }
    }
    return undefined;
  }

  /** The first class in use whose blocks are all large enough, or -1. */
  private findFirstClass(bytes: number): number {
    const units = bytes / unitBytes;
    const spacing = units < classesPerOctave ? 1 : 2 ** (31 - Math.clz32(units) - octaveShift);
    const start = findSizeClass((units + spacing - 1) * unitBytes);
    let word = start >>> 5;
    let bits = this.bitmap[word]! & (-1 << (start & 31));
    while (bits === 0) {
      word++;
      if (word >= this.bitmap.length) return -1;
      bits = this.bitmap[word]!;
    }
    return word * 32 + 31 - Math.clz32(bits & -bits);
  }

  private takeFrom(sizeClass: number): Block | undefined {
    const block = this.lists[sizeClass];
    if (block !== undefined) this.unlist(block);
    return block;
  }

  /** Grows the memory, by as little as the free block at its end allows. */
  private extend(bytes: number): Block | undefined {
    const { last } = this;
    if (last === undefined || !last.isFree) return this.append(bytes);
    const added = this.append(bytes - last.bytes);
    if (added === undefined) return undefined;
    this.unlist(last);
    return this.join(last, added);
  }

  private append(bytes: number): Block | undefined {
    const address = this.memory.extend(bytes);
    if (address === undefined) return undefined;
    const block = makeBlock(address, bytes, -1);
    block.before = this.last;
    if (this.last !== undefined) this.last.after = block;
    this.last = block;
    return block;
  }

  private splitOff(block: Block, bytes: number): void {
    if (block.bytes === bytes) return;
    const rest = makeBlock(block.address + bytes, block.bytes - bytes, block.lastUse);
    rest.before = block;
    rest.after = block.after;
    if (rest.after === undefined) this.last = rest;
    else rest.after.before = rest;
    block.after = rest;
    block.bytes = bytes;
    this.list(rest);
  }

  private join(block: Block, after: Block): Block {
    block.bytes += after.bytes;
    block.lastUse = Math.max(block.lastUse, after.lastUse);
    block.after = after.after;
    if (block.after === undefined) this.last = block;
    else block.after.before = block;
    return block;
  }

  private list(block: Block): void {
    const sizeClass = findSizeClass(block.bytes);
    const head = this.lists[sizeClass];
    block.isFree = true;
    block.previousFree = undefined;
    block.nextFree = head;
    if (head !== undefined) head.previousFree = block;
    this.lists[sizeClass] = block;
    this.bitmap[sizeClass >>> 5]! |= 1 << (sizeClass & 31);
  }

  private unlist(block: Block): void {
    const sizeClass = findSizeClass(block.bytes);
    const { previousFree, nextFree } = block;
    block.isFree = false;
    if (nextFree !== undefined) nextFree.previousFree = previousFree;
    if (previousFree !== undefined) previousFree.nextFree = nextFree;
    else {
      this.lists[sizeClass] = nextFree;
      if (nextFree === undefined) this.bitmap[sizeClass >>> 5]! &= ~(1 << (sizeClass & 31));
    }
    block.previousFree = undefined;
    block.nextFree = undefined;
  }
}

/** Zero bytes take a unit too: every buffer has an address of its own. */
const roundUp = (bytes: number): number => Math.max(1, Math.ceil(bytes / unitBytes)) * unitBytes;

function findSizeClass(bytes: number): number {
  const units = bytes / unitBytes;
  if (units < classesPerOctave) return units;
  const octave = 31 - Math.clz32(units) - octaveShift;
  return octave * classesPerOctave + (units >>> octave);
}

function makeBlock(address: number, bytes: number, lastUse: number): Block {
  return {
    address,
    bytes,
    lastUse,
    isFree: false,
    before: undefined,
    after: undefined,
    previousFree: undefined,
    nextFree: undefined,
  };
}
