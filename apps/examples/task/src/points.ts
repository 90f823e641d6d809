import { anyNumber, listOf, type Rule } from "@evenkeel/tensor/checks";

/** A step or an epoch, counted from 1, and a value, which may be infinity or NaN in a run that diverged. */
export type Point = readonly [at: number, value: number];

/** A list of points, as it is saved. */
export const points: Rule = listOf(listOf(anyNumber, 2));
