import { DataError } from "@evenkeel/tensor";
import {
  anyNumber,
  describeValue,
  listOf,
  nonNegative,
  nonNegativeInteger,
  seedWord,
} from "@evenkeel/tensor/checks";
import { listMembers } from "./check-settings.ts";
import type { Progress } from "./run-progress.ts";

/** Throws DataError unless this is the progress of a run: a correct checksum does not say that `fit` wrote the file. */
export function checkProgress(progress: unknown): Progress {
  const parts = listMembers(progress) ?? {};
  const position = listMembers(parts.position) ?? {};
  const history = listMembers(parts.history) ?? {};
  const totals = listMembers(parts.totals) ?? {};
  const isSound =
    [position.epoch, position.batch, position.step].every(nonNegativeInteger.accepts) &&
    [parts.learningRate, parts.milliseconds].every(nonNegative.accepts) &&
    [history.epochs, history.batches, history.validations ?? []].every(Array.isArray) &&
    (parts.best === undefined || anyNumber.accepts(listMembers(parts.best)?.value)) &&
    nonNegativeInteger.accepts(totals.examples) &&
    listOf(listOf(anyNumber)).accepts(totals.sums) &&
    listMembers(parts.settings) !== undefined &&
    isRandomState(parts.defaultSource) &&
    Object.values(listMembers(parts.random) ?? { none: undefined }).every(isRandomState);
  if (isSound) return progress as Progress;
  throw new DataError(`progress: found ${describeValue(progress)}, expected the progress of a run`);
}

function isRandomState(value: unknown): boolean {
  const { seed, position } = listMembers(value) ?? {};
  return [seed, position].every(seedWord.accepts);
}
