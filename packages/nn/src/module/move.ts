import type { Backend } from "@evenkeel/tensor";
import { fromData, scope } from "@evenkeel/tensor";
import { aBackend, checkValue } from "@evenkeel/tensor/checks";
import type { ModuleNode } from "./member.ts";
import { readArray } from "./state-dict.ts";
import { Variable } from "./variable.ts";

/** See `Module.to`. */
export async function moveTo(module: ModuleNode, backend: Backend): Promise<void> {
  checkValue("to: backend", backend, aBackend);
  const members = new Set([...module.namedMembers()].map(([, member]) => member));
  const variables = [...members].filter((member) => member instanceof Variable);
  const away = variables.filter(({ value }) => value.backend !== backend);
  const arrays = await Promise.all(away.map(({ value }) => readArray(value)));
  // When a copy fails, as for want of memory, the scope frees those before it.
  scope(() => {
    const values = arrays.map(({ data, shape, dtype }) => fromData(data, { shape, dtype }, { backend }));
    for (const [index, value] of values.entries()) away[index]!.value = value;
  });
}
