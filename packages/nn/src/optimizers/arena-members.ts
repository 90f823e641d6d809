import { splitByArena } from "./arena-layout.ts";
import type { GroupedParameter } from "./grouped-parameter.ts";

/** The members of each arena: parameters that are updated in the same way and have had as many updates, as many as a buffer holds. */
export function listArenaMembers(
  parameters: readonly GroupedParameter[],
  countSteps: (parameter: GroupedParameter) => number,
): GroupedParameter[][] {
  const number = makeNumbering();
  const makeKey = (parameter: GroupedParameter) => {
    const { settings, schedule, rule } = parameter;
    return JSON.stringify([settings, number(schedule), number(rule), countSteps(parameter)]);
  };
  return groupBy(parameters, makeKey).flatMap(splitByArena);
}

/** A function that gives each object a number, the same one every time. */
function makeNumbering(): (object: unknown) => number {
  const numbers = new Map<unknown, number>();
  return (object) => {
    const known = numbers.get(object) ?? numbers.size;
    numbers.set(object, known);
    return known;
  };
}

/** Items with equal keys, in the order of first appearance. */
function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
