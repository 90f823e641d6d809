import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue } from "@evenkeel/tensor/checks";
import { fileName } from "../checkpoints/checkpoint-store.ts";

/**
 * Where logs are kept: a folder in Node, memory, or the private file system of a browser. A name may contain folders, as in
 * `train/log.csv`.
 */
export interface LogStore {
  /** Resolves with undefined if the name does not exist. */
  load(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the bytes under a name atomically. Throws StorageError. */
  save(name: string, bytes: Uint8Array): Promise<void>;
  /** Adds bytes at the end, in one piece; a name that does not exist begins empty. Throws StorageError. */
  append(name: string, bytes: Uint8Array): Promise<void>;
}

/** Recognized by its members, so that users can give their own. */
export const aLogStore: Rule = {
  expected: "a LogStore",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    ["load", "save", "append"].every(
      (name) => typeof (value as Record<string, unknown>)[name] === "function",
    ),
};

/** A path of names that are valid on every system. */
export const logName: Rule = {
  expected: `names separated by "/", each of ${fileName.expected}`,
  accepts: (value) => typeof value === "string" && value.split("/").every(fileName.accepts),
};

/** Throws ArgumentError unless the name is a path of names that are valid on every system. */
export const checkLogName = (name: string): void => checkValue("log: name", name, logName);

/** Keeps logs in memory until the program ends. */
export class MemoryLogStore implements LogStore {
  private readonly files = new Map<string, readonly Uint8Array[]>();

  async load(name: string): Promise<Uint8Array | undefined> {
    checkLogName(name);
    const parts = this.files.get(name);
    return parts && joinBytes(parts);
  }

  async save(name: string, bytes: Uint8Array): Promise<void> {
    checkLogName(name);
    this.files.set(name, [bytes.slice()]);
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    checkLogName(name);
    this.files.set(name, [...(this.files.get(name) ?? []), bytes.slice()]);
  }

  /** The names, sorted. */
  async list(): Promise<string[]> {
    return [...this.files.keys()].sort();
  }
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}
