import { Heap } from "./heap.ts";
import { toPairKey } from "./merge-table.ts";

export interface TrainingOptions {
  readonly vocabularySize: number;
  readonly minFrequency: number;
  spell(piece: string): string[];
  canJoin(left: string, right: string): boolean;
}

/** A distinct piece of the texts: the indices of its tokens, and the number of times that it occurs. */
interface Piece {
  symbols: number[];
  readonly count: number;
}

interface Candidate {
  readonly left: number;
  readonly right: number;
  /** The count of the pair when it was queued; it may have fallen since. */
  readonly count: number;
}

const isBetter = (one: Candidate, other: Candidate): boolean => {
  if (one.count !== other.count) return one.count > other.count;
  return one.left < other.left || (one.left === other.left && one.right < other.right);
};

/**
 * The merges in their order; their tokens are added to `tokens`. Counts of pairs are updated only in the pieces that a merge
 * changes. They are queued when they appear and again when they come first with a count that has fallen.
 */
export function trainMerges(
  counts: ReadonlyMap<string, number>,
  tokens: string[],
  { vocabularySize, minFrequency, spell, canJoin }: TrainingOptions,
): [left: string, right: string][] {
  const indices = new Map(tokens.map((token, index) => [token, index]));
  const pieces = Array.from(
    counts,
    ([piece, count]): Piece => ({ symbols: spell(piece).map((symbol) => indices.get(symbol)!), count }),
  );
  const pairs = new PairCounts(pieces);
  const merges: [string, string][] = [];
  while (tokens.length < vocabularySize) {
    const best = pairs.takeBest();
    if (best === undefined || best.count < minFrequency) break;
    const [left, right] = [tokens[best.left]!, tokens[best.right]!];
    if (!canJoin(left, right)) continue;
    // Different pairs may make the same token.
    const merged = indices.get(left + right) ?? tokens.push(left + right) - 1;
    indices.set(left + right, merged);
    merges.push([left, right]);
    pairs.merge(best, merged);
  }
  return merges;
}

class PairCounts {
  private readonly pieces: readonly Piece[];
  private readonly counts = new Map<number, number>();
  /** The pieces that contain a pair, or did so once. */
  private readonly places = new Map<number, Set<number>>();
  private readonly queue = new Heap(isBetter);
  /** The pairs that have become more frequent since the last call of `queueRisen`. */
  private readonly risen = new Map<number, readonly [left: number, right: number]>();

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    pieces.forEach(({ symbols, count }, place) => {
      for (let index = 0; index + 1 < symbols.length; index++) {
        this.change(symbols[index]!, symbols[index + 1]!, count, place);
      }
    });
    this.queueRisen();
  }

  private change(left: number, right: number, amount: number, place: number): void {
    const key = toPairKey(left, right);
    this.counts.set(key, (this.counts.get(key) ?? 0) + amount);
    if (amount < 0) return;
    const places = this.places.get(key);
    if (places === undefined) this.places.set(key, new Set([place]));
    else places.add(place);
    this.risen.set(key, [left, right]);
  }

  private queueRisen(): void {
    for (const [key, [left, right]] of this.risen) {
      this.queue.push({ left, right, count: this.counts.get(key)! });
    }
    this.risen.clear();
  }

  /** The most frequent pair, which is removed. */
  takeBest(): Candidate | undefined {
    while (true) {
      const candidate = this.queue.pop();
      if (candidate === undefined) return undefined;
      const key = toPairKey(candidate.left, candidate.right);
      const count = this.counts.get(key) ?? 0;
      if (count === candidate.count) {
        this.counts.delete(key);
        return candidate;
      }
      if (count > 0) this.queue.push({ ...candidate, count });
    }
  }

  /** Replaces a pair in all pieces. */
  merge({ left, right }: Candidate, merged: number): void {
    const key = toPairKey(left, right);
    for (const place of this.places.get(key)!) this.mergeInPiece(place, left, right, merged);
    this.counts.delete(key);
    this.places.delete(key);
    this.queueRisen();
  }

  private mergeInPiece(place: number, left: number, right: number, merged: number): void {
    const { symbols, count } = this.pieces[place]!;
    const replaced: number[] = [];
    for (let index = 0; index < symbols.length; index++) {
      if (symbols[index] !== left || symbols[index + 1] !== right) {
        replaced.push(symbols[index]!);
        continue;
      }
      const before = replaced.at(-1);
      const after = symbols[index + 2];
      if (before !== undefined) {
        this.change(before, left, -count, place);
        this.change(before, merged, count, place);
      }
      if (after !== undefined) {
        this.change(right, after, -count, place);
        this.change(merged, after, count, place);
      }
      replaced.push(merged);
      index++;
    }
    this.pieces[place]!.symbols = replaced;
  }
}
