import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";

const clearWinners = { reads: {}, writes: { winners: "u32" }, parameters: { count: "u32" } } as const;

/** No maximum has a position yet. */
export const writeClearWinnersKernel = (): WgslKernel<typeof clearWinners> =>
  makeWgslKernel({
    entry: "clearWinners",
    schema: clearWinners,
    code: writeInvocationEntry("clearWinners", "winners[at] = 0u;"),
  });

const findWinners = {
  reads: { indices: "i32" },
  writes: { winners: "atomic<u32>" },
  parameters: { count: "u32", maxima: "u32", size: "u32" },
} as const;

/** An invocation for each maximum: the last one of a position wins it, in whatever order they come. Winners are numbered from 1. */
export const writeFindWinnersKernel = (): WgslKernel<typeof findWinners> =>
  makeWgslKernel({
    entry: "findWinners",
    schema: findWinners,
    code: writeInvocationEntry(
      "findWinners",
      `let index = u32(indices[at]);
  let isInside = index < p.size;
  if (isInside) { atomicMax(&winners[at / p.maxima * p.size + index], at + 1u); }
  countOutside(u32(!isInside));`,
    ),
  });

const maxUnpool = {
  reads: { x: "u32", winners: "u32" },
  writes: { y: "u32" },
  parameters: { count: "u32" },
} as const;

/** An invocation for each position: what won it, or 0. */
export const writeMaxUnpoolKernel = (): WgslKernel<typeof maxUnpool> =>
  makeWgslKernel({
    entry: "maxUnpool",
    schema: maxUnpool,
    code: writeInvocationEntry(
      "maxUnpool",
      `let winner = winners[at];
  y[at] = select(0u, x[max(winner, 1u) - 1u], winner > 0u);`,
    ),
  });
