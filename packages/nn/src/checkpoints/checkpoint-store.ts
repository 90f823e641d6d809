import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";

/** Where checkpoints are kept: a folder in Node, memory, or the private file system of a browser. */
export interface CheckpointStore {
  /**
   * Replaces the bytes under a name atomically: readers see the old or the new bytes. If it throws StorageError, the
   * old bytes stay.
   */
  save(name: string, bytes: Uint8Array): Promise<void>;
  /** Resolves with undefined if the name does not exist. */
  load(name: string): Promise<Uint8Array | undefined>;
  /** The names, sorted. */
  list(): Promise<string[]>;
  /** Does nothing if the name does not exist. */
  remove(name: string): Promise<void>;
  /**
   * Claims the name for one run until the returned function is called. Throws StorageError, which names the holder, if
   * the run of another program has claimed it. Stores that only one program can access do not need it.
   */
  claim?(name: string): Promise<() => Promise<void>>;
}

/** A name that is a valid file name on every system. */
export const fileName: Rule = {
  expected: "1 to 100 letters, digits, dots, dashes and underscores, and no dot first",
  accepts: (value) => typeof value === "string" && /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(value),
};

/** Throws ArgumentError unless the name is a valid file name on every system. */
export function checkCheckpointName(name: string): void {
  if (!fileName.accepts(name))
    throw new ArgumentError(`checkpoint: found the name "${name}", expected ${fileName.expected}`);
}

/** Keeps checkpoints in memory until the program ends. */
export class MemoryCheckpointStore implements CheckpointStore {
  private readonly files = new Map<string, Uint8Array>();

  async save(name: string, bytes: Uint8Array): Promise<void> {
    checkCheckpointName(name);
    this.files.set(name, Uint8Array.from(bytes));
  }

  async load(name: string): Promise<Uint8Array | undefined> {
    checkCheckpointName(name);
    return this.files.get(name)?.slice();
  }

  async list(): Promise<string[]> {
    return [...this.files.keys()].sort();
  }

  async remove(name: string): Promise<void> {
    checkCheckpointName(name);
    this.files.delete(name);
  }
}
