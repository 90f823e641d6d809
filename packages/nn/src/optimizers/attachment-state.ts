import type { Shape, Tensor } from "@evenkeel/tensor";
import { formatShape, formatSpec, isSameShape } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { readArray } from "../module/state-dict.ts";
import { StateDictError } from "../module/state-dict-error.ts";

/** The names of tensors begin with it, so that none is that of a number. */
const valuesPrefix = "values.";

/** The state of an attachment as of this call: numbers by their names, and tensors by the paths of their parameters. */
export async function readAttachmentState(
  counts: { readonly [name: string]: number },
  tensors: ReadonlyMap<string, Tensor>,
): Promise<Map<string, StoredArray>> {
  const pending = [...tensors].map(
    async ([path, tensor]) => [valuesPrefix + path, await readArray(tensor)] as const,
  );
  const stored = Object.entries(counts).map(
    ([name, count]) => [name, { shape: [], dtype: "i32", data: Int32Array.of(count) }] as const,
  );
  return new Map<string, StoredArray>([...stored, ...(await Promise.all(pending))]);
}

/** The saved state of an attachment, checked. */
export interface AttachmentState<Name extends string> {
  readonly counts: { readonly [Count in Name]: number };
  /** By path. */
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

/** Throws StateDictError, which lists the differences, unless the state has these numbers and no tensors but f32 of these shapes. */
export function checkAttachmentState<Name extends string>(
  state: ReadonlyMap<string, StoredArray>,
  names: readonly Name[],
  shapes: ReadonlyMap<string, Shape>,
): AttachmentState<Name> {
  const missing = names.filter((name) => !state.has(name));
  const unexpected: string[] = [];
  const mismatched: string[] = [];
  const counts = new Map<string, number>();
  const arrays = new Map<string, StoredArray>();
  for (const [name, array] of state) {
    const path = name.startsWith(valuesPrefix) ? name.slice(valuesPrefix.length) : undefined;
    const shape = path === undefined ? undefined : shapes.get(path);
    if ((names as readonly string[]).includes(name)) {
      const count = array.dtype === "i32" && array.shape.length === 0 ? array.data[0]! : -1;
      if (count < 0) mismatched.push(`${name}: found ${formatSpec(array)}, expected a non-negative integer`);
      counts.set(name, count);
    } else if (shape === undefined) unexpected.push(name);
    else if (array.dtype === "f32" && isSameShape(array.shape, shape)) arrays.set(path!, array);
    else mismatched.push(`${name}: found ${formatSpec(array)}, expected f32 ${formatShape(shape)}`);
  }
  if (missing.length + unexpected.length + mismatched.length > 0) {
    throw new StateDictError({ missing, unexpected, mismatched });
  }
  return { counts: Object.fromEntries(counts) as AttachmentState<Name>["counts"], arrays };
}
