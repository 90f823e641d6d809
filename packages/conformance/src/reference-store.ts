import type { DrawnCase } from "./case-tensors.ts";

/**
 * Stores results of the float64 reference for other runs of the same sources. The creator of a store must ensure that
 * a change of an op, a case or the reference selects a different store.
 */
export interface ReferenceStore {
  /** Undefined if nothing is stored under this name. */
  load(name: string): Promise<readonly Float64Array[] | undefined>;
  /** `milliseconds` is the duration of the computation: cheap results need not be stored. */
  save(name: string, results: readonly Float64Array[], milliseconds: number): Promise<void>;
}

/** A part of the reference results of a case: from the store, or computed and stored. */
export async function computeIfAbsent(
  store: ReferenceStore | undefined,
  { op, opCase }: DrawnCase,
  part: string,
  compute: () => readonly Float64Array[],
): Promise<readonly Float64Array[]> {
  if (store === undefined) return compute();
  const name = `${op.name}/${opCase.name}/${part}`;
  const kept = await store.load(name);
  if (kept !== undefined) return kept;
  const start = performance.now();
  const results = compute();
  await store.save(name, results, performance.now() - start);
  return results;
}
