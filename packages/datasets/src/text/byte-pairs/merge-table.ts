import { Heap } from "./heap.ts";

/** Identifies a pair of token indices, which are below 2^26. */
export const toPairKey = (left: number, right: number): number => left * 2 ** 26 + right;

interface Merge {
  /** Merges of a lower rank come first. */
  readonly rank: number;
  readonly merged: number;
}

/** The merges by the pair that they replace. */
export type MergeTable = ReadonlyMap<number, Merge>;

interface Candidate extends Merge {
  /** The place of the left symbol. */
  readonly place: number;
  readonly left: number;
  readonly right: number;
}

const isEarlier = (one: Candidate, other: Candidate): boolean =>
  one.rank < other.rank || (one.rank === other.rank && one.place < other.place);

/** Stands for a symbol that has become part of the one before it. */
const absorbed = -1;

/** Replaces pairs of symbols by their merges until there are none left: the lowest rank first, from left to right. */
export function mergeSymbols(symbols: readonly number[], table: MergeTable): number[] {
  const current = [...symbols];
  const next = current.map((_, place) => place + 1);
  const previous = current.map((_, place) => place - 1);
  const candidates = new Heap(isEarlier);
  const propose = (place: number): void => {
    const [left, right] = [current[place], current[next[place]!]];
    if (left === undefined || right === undefined) return;
    const merge = table.get(toPairKey(left, right));
    if (merge !== undefined) candidates.push({ ...merge, place, left, right });
  };
  for (let place = 0; place + 1 < current.length; place++) propose(place);
  for (let best = candidates.pop(); best !== undefined; best = candidates.pop()) {
    const { place, left, right, merged } = best;
    const absorbedPlace = next[place]!;
    if (current[place] !== left || current[absorbedPlace] !== right) continue;
    current[place] = merged;
    current[absorbedPlace] = absorbed;
    next[place] = next[absorbedPlace]!;
    if (next[place]! < current.length) previous[next[place]!] = place;
    propose(previous[place]!);
    propose(place);
  }
  return current.filter((symbol) => symbol !== absorbed);
}
