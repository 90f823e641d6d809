import type { DrawnCase } from "./case-tensors.ts";

/**
 * Keeps what the float64 reference computed, for other runs of the same sources. Whoever makes one sees to it that a change of an
 * op, of a case or of the reference leads to another store.
 */
export interface ReferenceStore {
  /** Undefined where nothing is kept under this name. */
  load(name: string): Promise<readonly Float64Array[] | undefined>;
  /** `milliseconds` says how long it took: what is cheap need not be kept. */
  save(name: string, results: readonly Float64Array[], milliseconds: number): Promise<void>;
}

/** A part of what the reference says of a case: from the store, or computed and stored. */
export async function keptIn(
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
