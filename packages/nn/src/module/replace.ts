import { isRecord } from "@evenkeel/tensor/checks";
import { isModule, type ModuleNode } from "./member.ts";

/**
 * Puts other modules in the places of modules: in the properties of the model and of the modules inside, and in arrays and plain
 * objects there.
 */
export function replaceModules(model: ModuleNode, replacements: ReadonlyMap<ModuleNode, ModuleNode>): void {
  const visited = new Set<object>();
  const visit = (holder: object): void => {
    if (visited.has(holder)) return;
    visited.add(holder);
    for (const key of Object.keys(holder)) {
      const value = (holder as Record<string, unknown>)[key];
      if (typeof value !== "object" || value === null) continue;
      const replacement = isModule(value) ? replacements.get(value) : undefined;
      if (replacement) (holder as Record<string, unknown>)[key] = replacement;
      else if (isModule(value) || Array.isArray(value) || isRecord(value)) visit(value);
    }
  };
  visit(model);
}
