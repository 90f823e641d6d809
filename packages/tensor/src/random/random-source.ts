import { checkOptions, checkValue } from "../checks/check.ts";
import { aSeed, seedWord } from "../checks/rules.ts";
import { registerUndo } from "../core/memory/state-change.ts";
import type { RandomKey } from "./threefry.ts";
import { threefry } from "./threefry.ts";

/** The state of a random source, on which all of its later keys depend. */
export interface RandomState {
  readonly seed: number;
  /** The number of keys drawn so far. */
  readonly position: number;
}

/**
 * A seeded sequence of keys for random draws. Its whole state is two numbers, so that a resumed run continues with the same
 * draws.
 *
 * @example const source = new RandomSource(42); uniform([3], { seed: source });
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

  /** A new source, whose keys do not depend on later draws from this one. */
  fork(): RandomSource {
    const { seed, stream } = this.next();
    return new RandomSource(threefry(seed, stream, 0));
  }

  private moveTo(state: RandomState): void {
    const before = this.current;
    registerUndo(() => {
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

/** A number, or a source that several draws and layers share. */
export type Seed = number | RandomSource;

const defaultSource: RandomSource = /* @__PURE__ */ new RandomSource(0);

/**
 * Restarts the default source, from which everything without a `seed` draws: random tensors, layers, the shuffling of
 * batches. The initial seed is 0, so two runs of a program agree unless they set different seeds. Throws ArgumentError
 * unless the seed is an integer in [0, 2^32).
 *
 * @example manualSeed(42); const x = normal([3]);
 */
export function manualSeed(seed: number): void {
  defaultSource.state = new RandomSource(seed).state;
}

/**
 * The source of a `seed` option: a new one for a number, the source itself, or the default one if it is undefined. Models call
 * this once and pass the source to all of their layers, as the same number would give each of them the same weights. Throws
 * ArgumentError for anything else.
 *
 * @example const seed = getRandomSource(options.seed); const layers = [new Linear(4, 8, { seed }), new Linear(8, 2, { seed })];
 */
export function getRandomSource(seed?: Seed): RandomSource {
  if (seed === undefined) return defaultSource;
  checkValue("seed", seed, aSeed);
  return typeof seed === "number" ? new RandomSource(seed) : seed;
}
