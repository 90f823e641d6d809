import { ArgumentError, RandomSource } from "@evenkeel/tensor";
import { describeValue, isContainer, isRecord, listContents } from "@evenkeel/tensor/checks";
import type { Member, ModuleNode } from "./member.ts";
import { isModule } from "./member.ts";
import { Unowned } from "./unowned.ts";
import { isStateful } from "./variable.ts";

type Add = (path: string, member: Member, place: string) => void;

const isMember = (value: object): value is Member =>
  isStateful(value) || isModule(value) || value instanceof RandomSource;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The keys of a container; none for an array without objects, which may be large. */
const listKeys = (container: object): readonly string[] =>
  Array.isArray(container) && !container.some(isObject) ? [] : Object.keys(container);

/** The members in properties of a module, by the rules of `Module.members`. */
export function findMembers(properties: object): [name: string, member: Member][] {
  const found: [string, Member][] = [];
  new Walk().enterProperties(properties, "", (name, member) => found.push([name, member]));
  return found;
}

/**
 * See `Module.namedMembers`. A module whose method `members` is `inProperties` has the result of `findMembers`; any other
 * method chooses its own names.
 */
export function walkMembers(
  module: ModuleNode,
  inProperties: ModuleNode["members"],
): [path: string, member: Member][] {
  const walk = new Walk(inProperties);
  walk.enterModule(module, "", []);
  walk.refuseHidden();
  return walk.found;
}

/** One pass over a tree of modules. */
class Walk {
  readonly found: [path: string, member: Member][] = [];
  /** The property in which the member of each path was found. */
  private readonly places = new Map<string, string>();
  /** Members in Maps, Sets and objects of other classes. */
  private readonly hidden: { readonly member: Member; readonly place: string; readonly holder: object }[] =
    [];
  /** Arrays and plain objects on the way to the current one; true for those that contain themselves. */
  private readonly open = new Map<object, boolean>();
  /** Arrays and plain objects that were found to contain no members. */
  private readonly barren = new Set<object>();
  private readonly inProperties: ModuleNode["members"] | undefined;

  constructor(inProperties?: ModuleNode["members"]) {
    this.inProperties = inProperties;
  }

  enterModule(module: ModuleNode, prefix: string, around: readonly ModuleNode[]): void {
    const within = [...around, module];
    const add: Add = (path, member, place) => {
      this.claim(path, place);
      if (within.includes(member as ModuleNode)) {
        throw new ArgumentError(`${path}: found a module that contains itself, expected a tree of modules`);
      }
      this.found.push([path, member]);
      if (isModule(member)) this.enterModule(member, `${path}.`, within);
    };
    const namesItself = module.members !== this.inProperties;
    this.enterProperties(module, prefix, namesItself ? () => undefined : add);
    if (!namesItself) return;
    for (const [name, member] of module.members()) add(prefix + name, member, prefix + name);
  }

  enterProperties(properties: object, prefix: string, add: Add): void {
    for (const [property, value] of Object.entries(properties)) {
      if (!isObject(value)) continue;
      const name = isStateful(value) ? (value.name ?? property) : property;
      this.visit(value, prefix + name, prefix + property, add);
    }
  }

  /** Throws ArgumentError for a member that only a Map, a Set or an object of another class holds. */
  refuseHidden(): void {
    if (this.hidden.length === 0) return;
    const found = new Set(this.found.map(([, member]) => member));
    for (const { member, place, holder } of this.hidden) {
      if (found.has(member)) continue;
      throw new ArgumentError(
        `${place}: found ${describeValue(member)} in ${describeValue(holder)}, expected it in a property, an array or a plain object`,
      );
    }
  }

  private claim(path: string, place: string): void {
    const other = this.places.get(path);
    if (other !== undefined) {
      throw new ArgumentError(
        `${other} and ${place}: found the name "${path}" for both, expected different names`,
      );
    }
    this.places.set(path, place);
  }

  private visit(value: object, path: string, place: string, add: Add): void {
    if (value instanceof Unowned) return;
    if (isMember(value)) add(path, value, place);
    else if (Array.isArray(value) || isRecord(value)) this.enterContainer(value, place, add);
    else this.searchHolder(value, value, place, new Set());
  }

  private enterContainer(container: object, place: string, add: Add): void {
    if (this.barren.has(container)) return;
    if (this.open.has(container)) {
      this.open.set(container, true);
      return;
    }
    this.open.set(container, false);
    let members = 0;
    const count: Add = (...found) => {
      members++;
      add(...found);
    };
    // No entries are made of all keys at once: this may be a large vocabulary.
    for (const key of listKeys(container)) {
      const value = (container as Record<string, unknown>)[key];
      if (isObject(value)) this.visit(value, `${place}.${key}`, `${place}.${key}`, count);
    }
    if (members === 0) this.barren.add(container);
    else if (this.open.get(container)) {
      throw new ArgumentError(`${place}: found an object that contains itself, expected a tree of modules`);
    }
    this.open.delete(container);
  }

  /** Looks for members in a Map, a Set or an object of another class, and in its containers. */
  private searchHolder(holder: object, within: object, place: string, seen: Set<object>): void {
    for (const value of listContents(within)) {
      if (!isObject(value) || value instanceof Unowned || seen.has(value)) continue;
      seen.add(value);
      if (isMember(value)) this.hidden.push({ member: value, place, holder });
      else if (isContainer(value)) this.searchHolder(holder, value, place, seen);
    }
  }
}
