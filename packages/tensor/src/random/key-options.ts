import { checkValue } from "../checks/check.ts";
import { ArgumentError } from "../checks/errors.ts";
import type { Rules } from "../checks/rules.ts";
import { anything, aSeed, seedWord } from "../checks/rules.ts";
import type { Seed } from "./random-source.ts";
import { getRandomSource } from "./random-source.ts";

/** The key of random numbers. The same seed and stream give the same numbers on every backend. */
export interface KeyOptions {
  /** A number, or a source that gives each draw its own key. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
  /** Distinguishes the uses of a seed: an integer in [0, 2^32), only with a number as the seed. Default: 0. */
  readonly stream?: number | undefined;
}

/** `drawKeyWords` checks the values. */
export const keyRules: Rules<KeyOptions> = { seed: anything, stream: anything };

/**
 * The two words of a key. Throws ArgumentError unless both are integers in [0, 2^32), and for a stream without a number as seed,
 * because a source counts its streams itself.
 */
export function drawKeyWords(
  operation: string,
  { seed, stream }: KeyOptions,
): readonly [seed: number, stream: number] {
  if (seed !== undefined) checkValue(`${operation}: seed`, seed, aSeed);
  if (stream !== undefined) checkValue(`${operation}: stream`, stream, seedWord);
  if (typeof seed === "number") return [seed, stream ?? 0];
  if (stream !== undefined) {
    throw new ArgumentError(
      `${operation}: stream: found ${stream}, expected none: a stream needs a number as seed`,
    );
  }
  const key = getRandomSource(seed).next();
  return [key.seed, key.stream];
}
