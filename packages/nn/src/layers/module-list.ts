import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue, describeValue } from "@evenkeel/tensor/checks";
import type { Member } from "../module/member.ts";
import type { AnyModule } from "../module/module.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { findMembers } from "../module/walk.ts";

/** The base class of lists, whose members are named by their positions. */
abstract class MemberList<Item extends Member> extends Module<[], never> implements Iterable<Item> {
  private readonly items: Item[] = [];
  private readonly name: string;
  private readonly rule: Rule;

  constructor(name: string, rule: Rule, items: Iterable<Item>) {
    super();
    this.name = name;
    this.rule = rule;
    this.extend(items);
  }

  get length(): number {
    return this.items.length;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.items[Symbol.iterator]();
  }

  /** The item at a position; negative ones count from the end. Throws ArgumentError where there is none. */
  at(position: number): Item {
    return this.items[this.find(position)]!;
  }

  /** Puts an item in the place of the one at a position. */
  set(position: number, item: Item): this {
    checkValue(this.name, item, this.rule);
    this.items[this.find(position)] = item;
    return this;
  }

  /** Adds an item at the end. */
  append(item: Item): this {
    return this.insert(this.length, item);
  }

  /** Adds several items at the end. */
  extend(items: Iterable<Item>): this {
    checkValue(this.name, items, anIterable);
    for (const item of items) this.append(item);
    return this;
  }

  /** Adds an item before the one at a position. */
  insert(position: number, item: Item): this {
    checkValue(this.name, item, this.rule);
    this.items.splice(position === this.length ? position : this.find(position), 0, item);
    return this;
  }

  /** Takes out the item at a position, by default the last one, and returns it. */
  pop(position = -1): Item {
    return this.items.splice(this.find(position), 1)[0]!;
  }

  override *members(): Generator<[name: string, member: Member]> {
    const { items, ...others } = this;
    for (const [position, item] of items.entries()) yield [`${position}`, item];
    yield* findMembers(others);
  }

  /** Throws ArgumentError: the model that holds the list says how its items are used. */
  forward(): never {
    throw new ArgumentError(`${this.name}: found a call of forward, expected a loop over the list`);
  }

  override describe(): string {
    return `${this.name} of ${this.length}`;
  }

  private find(position: number): number {
    const index = position < 0 ? position + this.length : position;
    if (Number.isInteger(index) && index >= 0 && index < this.length) return index;
    throw new ArgumentError(
      `${this.name}: found position ${describeValue(position)}, expected an integer in [${-this.length}, ${this.length})`,
    );
  }
}

const anIterable: Rule = {
  expected: "an array or another iterable",
  accepts: (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
};

const aModule: Rule = { expected: "a module", accepts: (value) => value instanceof Module };

/**
 * Modules in a list that is itself a module, with PyTorch's names in saved state: `blocks.0.weight`. A plain array in a property
 * gives its modules the same names; the list also checks what is added to it, and is a line of summaries. It has no `forward`.
 * Throws ArgumentError for anything but modules, and positions out of range.
 *
 * @example
 * class Stack extends Module {
 *   readonly layers = new ModuleList([new Linear(8, 8), new Linear(8, 8)]);
 *   forward(x: Tensor): Tensor {
 *     let y = x;
 *     for (const layer of this.layers) y = relu(layer.forward(y));
 *     return y;
 *   }
 * }
 */
export class ModuleList<Item extends AnyModule = Module> extends MemberList<Item> {
  constructor(modules: Iterable<Item> = []) {
    super("ModuleList", aModule, modules);
  }
}

const aParameter: Rule = { expected: "a parameter", accepts: (value) => value instanceof Parameter };

/**
 * Parameters in a list that is a module, with PyTorch's names in saved state: `scales.0`.
 *
 * @example new ParameterList([new Parameter(ones([8])), new Parameter(ones([8]))])
 */
export class ParameterList extends MemberList<Parameter> {
  constructor(parameters: Iterable<Parameter> = []) {
    super("ParameterList", aParameter, parameters);
  }
}
