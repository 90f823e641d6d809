import { ArgumentError } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";
import type { Member } from "../module/member.ts";
import type { AnyModule } from "../module/module.ts";
import { Module } from "../module/module.ts";
import { findMembers } from "../module/walk.ts";

/**
 * Modules by name, in the order in which the names were first used, with PyTorch's names in saved state: `heads.boxes.weight`. It has no
 * `forward`. JavaScript sorts names such as "10" to the front of an object; pairs keep their order. Throws ArgumentError for anything but modules, and for names that are empty or contain a dot.
 *
 * @example
 * class Choice extends Module {
 *   readonly heads = new ModuleDict({ classes: new Linear(8, 10), boxes: new Linear(8, 4) });
 *   forward(x: Tensor): Tensor { return this.heads.get("boxes").forward(x); }
 * }
 */
export class ModuleDict<Item extends AnyModule = Module> extends Module<[], never> {
  // Two arrays keep the order, which an object would not do for names such as "10", and their modules can be replaced.
  private readonly names: string[] = [];
  private readonly items: Item[] = [];

  constructor(
    modules: { readonly [name: string]: Item } | Iterable<readonly [name: string, module: Item]> = {},
  ) {
    super();
    this.update(modules);
  }

  get size(): number {
    return this.names.length;
  }

  /** The module with this name. Throws ArgumentError where there is none. */
  get(name: string): Item {
    return this.items[this.find(name)]!;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** Adds a module, or puts it in the place of the one with this name. */
  set(name: string, module: Item): this {
    checkName(name);
    if (!(module instanceof Module)) {
      throw new ArgumentError(`ModuleDict: ${name}: found ${describeValue(module)}, expected a module`);
    }
    const index = this.has(name) ? this.find(name) : this.size;
    this.names[index] = name;
    this.items[index] = module;
    return this;
  }

  /** Adds several modules, from an object, pairs or another dictionary. */
  update(modules: { readonly [name: string]: Item } | Iterable<readonly [name: string, module: Item]>): this {
    if (typeof modules !== "object" || modules === null) {
      throw new ArgumentError(`ModuleDict: found ${describeValue(modules)}, expected an object or pairs`);
    }
    const pairs = Symbol.iterator in modules ? modules : Object.entries(modules);
    for (const [name, module] of pairs) this.set(name, module);
    return this;
  }

  /** Takes out the module with this name and returns it. */
  pop(name: string): Item {
    const index = this.find(name);
    this.names.splice(index, 1);
    return this.items.splice(index, 1)[0]!;
  }

  keys(): Iterable<string> {
    return this.names.values();
  }

  values(): Iterable<Item> {
    return this.items.values();
  }

  *[Symbol.iterator](): Iterator<[name: string, module: Item]> {
    for (const [index, name] of this.names.entries()) yield [name, this.items[index]!];
  }

  override *members(): Generator<[name: string, member: Member]> {
    const { names, items, ...others } = this;
    yield* this;
    yield* findMembers(others);
  }

  /** Throws ArgumentError: the model that holds the dictionary says how its modules are used. */
  forward(): never {
    throw new ArgumentError("ModuleDict: found a call of forward, expected calls of its modules");
  }

  override describe(): string {
    return `ModuleDict of ${this.size}`;
  }

  private find(name: string): number {
    const index = this.names.indexOf(name);
    if (index >= 0) return index;
    throw new ArgumentError(
      `ModuleDict: found ${describeValue(name)}, expected one of: ${this.names.join(", ") || "no name"}`,
    );
  }
}

/** A dot separates the names in a path. */
function checkName(name: string): void {
  if (typeof name === "string" && name !== "" && !name.includes(".")) return;
  throw new ArgumentError(
    `ModuleDict: found the name ${describeValue(name)}, expected a string without dots`,
  );
}
