import { undoOnFailure } from "@evenkeel/autodiff";
import type { RandomKey } from "@evenkeel/tensor";
import { threefry } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, seedWord } from "@evenkeel/tensor/checks";

/** The state of a random source: all that its later keys depend on. */
export interface RandomState {
  readonly seed: number;
  /** The number of keys drawn so far. */
  readonly position: number;
}

/**
 * A seeded sequence of keys for random draws. Its whole state is two numbers, so that a resumed run continues with the same
 * draws.
 *
 * @example const source = new RandomSource(42); uniform([3], source.next());
 */
export class RandomSource {
  private current: RandomState;

  /** Throws ArgumentError unless the seed is an integer in [0, 2^32). */
  constructor(seed: number) {
    this.current = checkState({ seed, position: 0 });
  }

  get state(): RandomState {
    return this.current;
  }

  /** Continues from the state of another source. Throws ArgumentError for anything but such a state. */
  set state(state: RandomState) {
    this.moveTo(checkState(state));
  }

  /** A key that no other call returns, unless the step that draws it fails: the next one then draws it again. */
  next(): RandomKey {
    const { seed, position } = this.current;
    this.moveTo({ seed, position: position + 1 });
    return { seed, stream: position };
  }

  /** A new source, whose keys do not depend on how many this one draws later. */
  fork(): RandomSource {
    const { seed, stream = 0 } = this.next();
    return new RandomSource(threefry(seed, stream, 0));
  }

  private moveTo(state: RandomState): void {
    const before = this.current;
    undoOnFailure(() => {
      this.current = before;
    });
    this.current = state;
  }
}

function checkState(state: RandomState): RandomState {
  checkOptions("RandomSource", state, { seed: seedWord, position: seedWord }, ["seed", "position"]);
  const { seed, position } = state;
  return { seed, position };
}

/** A number, or a source that several layers share. */
export type Seed = number | RandomSource;

/** What a `seed` option may be. */
export const seedRule: Rule = {
  expected: `${seedWord.expected}, or a RandomSource`,
  accepts: (value) => seedWord.accepts(value) || value instanceof RandomSource,
};

let shared = new RandomSource(0);

/**
 * Restarts the source of layers that are made without a `seed`. It starts at 0: two runs of a program agree unless they ask
 * for different seeds.
 */
export function manualSeed(seed: number): void {
  shared = new RandomSource(seed);
}

/**
 * The source of a `seed` option: a new one for a number, the source itself, or the shared one where it is absent. Models call
 * this once and pass the source to all of their layers, as the same number would give each of them the same weights. Throws
 * ArgumentError for anything else.
 */
export function sourceOf(seed: Seed | undefined): RandomSource {
  if (seed === undefined) return shared;
  checkValue("seed", seed, seedRule);
  return typeof seed === "number" ? new RandomSource(seed) : seed;
}
