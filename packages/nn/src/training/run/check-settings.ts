import { DataError } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";
import type { Position, RunSettings } from "./run-progress.ts";

/** The members of a JSON object. */
export const listMembers = (value: unknown): { readonly [name: string]: unknown } | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;

/** The largest number of lines in a message. */
const mostLines = 10;

/** Throws DataError, which lists the differences, where the settings differ in more than the learning rate. */
export function checkSettings(found: RunSettings, expected: RunSettings): void {
  const learningRate = found.optimizer?.learningRate;
  const lines = [
    ...findDifferences("", found, { ...expected, optimizer: { ...expected.optimizer, learningRate } }),
  ];
  if (lines.length === 0) return;
  const more = lines.length > mostLines ? [`  and ${lines.length - mostLines} more`] : [];
  throw new DataError(["it belongs to another run:", ...lines.slice(0, mostLines), ...more].join("\n"));
}

/** Throws DataError for fewer epochs than are done: the run would end at once, with a model that was trained for longer. */
export function checkEpochs({ epoch, batch }: Position, epochs: number): void {
  const begun = batch > 0 ? epoch + 1 : epoch;
  if (begun > epochs) throw new DataError(`found a run in epoch ${begun}, expected at most ${epochs} epochs`);
}

const describePart = (value: unknown): string => (value === undefined ? "nothing" : describeValue(value));

function* findDifferences(path: string, found: unknown, expected: unknown): Generator<string> {
  const [left, right] = [listMembers(found), listMembers(expected)];
  if (left !== undefined && right !== undefined) {
    for (const key of new Set([...Object.keys(right), ...Object.keys(left)])) {
      yield* findDifferences(path === "" ? key : `${path}.${key}`, left[key], right[key]);
    }
  } else if (JSON.stringify(found) !== JSON.stringify(expected)) {
    yield `  ${path}: found ${describePart(found)}, expected ${describePart(expected)}`;
  }
}
