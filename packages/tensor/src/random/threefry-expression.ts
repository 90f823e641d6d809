import type { Value } from "../expression/expression.ts";
import * as e from "../expression/functions.ts";
import { keyParity, rotations, rounds } from "./threefry.ts";

/** Both random words at every position of the output: `threefry2x32` over u32 scalars, counting (index, 0). */
export function randomWords(seed: Value, stream: Value): [Value, Value] {
  const schedule = [seed, stream, e.xor(e.xor(seed, stream), keyParity)];
  let x = e.add(e.indexLike(seed), seed);
  let y = stream;
  for (let round = 0; round < rounds; round++) {
    x = e.add(x, y);
    y = e.xor(e.rotateLeft(y, rotations[round % 8]!), x);
    if (round % 4 === 3) {
      const group = (round + 1) / 4;
      x = e.add(x, schedule[group % 3]!);
      y = e.add(y, e.add(schedule[(group + 1) % 3]!, group));
    }
  }
  return [x, y];
}

/** The top 24 bits as a multiple of 2^-24 in [0, 1). Every step is exact in f32. */
export function unitUniform(bits: Value): Value {
  return e.mul(e.cast(e.shiftRight(bits, 8), "f32"), 2 ** -24);
}
