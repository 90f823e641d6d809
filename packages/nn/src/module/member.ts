import type { RandomSource } from "@evenkeel/tensor";
import type { Buffer, Counter, Parameter } from "./variable.ts";

/** A module as the functions that walk it see it. */
export interface ModuleNode {
  readonly isFrozen: boolean;
  describe(): string;
  members(): Iterable<[name: string, member: Member]>;
  namedMembers(): Iterable<[path: string, member: Member]>;
  countParameters(options?: { readonly trainableOnly?: boolean }): number;
}

/** What a module is made of: everything that training, saving and loading find in it. */
export type Member = ModuleNode | Parameter | Buffer | Counter | RandomSource;

/** Recognized by its members, so that a module of another copy of the package is one too. */
export const isModule = (value: unknown): value is ModuleNode =>
  typeof (value as ModuleNode | null | undefined)?.namedMembers === "function";
