import { dirname, relative, sep } from "node:path";

/** For each file, the files that it imports, including types. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Groups of nodes that reach one another (Tarjan 1972), each in alphabetical order. */
export function findCycles(graph: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const cycles: string[][] = [];

  function visit(node: string): void {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (onStack.has(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) === order.get(node)) closeGroup(node);
  }

  function closeGroup(first: string): void {
    const group = stack.splice(stack.indexOf(first));
    for (const node of group) onStack.delete(node);
    if (group.length > 1) cycles.push(group.sort());
  }

  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return cycles;
}

/**
 * Import cycles among sibling folders, each with everything inside it. Files next to the folders belong to none of them: they may
 * import from the folders and be imported by them.
 */
export function findCyclesOfFolders(graph: ImportGraph): string[][] {
  const levels = new Map<string, Map<string, Set<string>>>();
  for (const [file, imported] of graph) {
    for (const target of imported) {
      const meeting = findMeeting(dirname(file), dirname(target));
      if (meeting === undefined) continue;
      const arrows = levels.get(meeting.parent) ?? new Map<string, Set<string>>();
      levels.set(meeting.parent, arrows);
      arrows.set(meeting.from, (arrows.get(meeting.from) ?? new Set()).add(meeting.to));
    }
  }
  return [...levels.values()].flatMap((arrows) =>
    findCycles(new Map([...arrows].map(([from, targets]) => [from, [...targets]]))),
  );
}

/** The innermost folder that contains both files, and the two folders in it that lead to them; none if one contains the other. */
function findMeeting(
  a: string,
  b: string,
): { readonly parent: string; readonly from: string; readonly to: string } | undefined {
  const [left, right] = [a.split(sep), b.split(sep)];
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  if (shared === left.length || shared === right.length) return undefined;
  const folder = (parts: readonly string[]): string => parts.slice(0, shared + 1).join(sep);
  return { parent: left.slice(0, shared).join(sep), from: folder(left), to: folder(right) };
}

/** A sentence about a cycle, with paths below `root`. */
export const describeCycle = (kind: "files" | "folders", cycle: readonly string[], root: string): string =>
  `${kind} that import one another: ${cycle.map((path) => relative(root, path)).join(", ")}`;
