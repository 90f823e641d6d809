import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue } from "@evenkeel/tensor/checks";

/** One example after another. */
export type ExampleStream<Example = unknown> = Iterable<Example> | AsyncIterable<Example>;

/** The examples of each epoch, counted from 0. */
export type EpochStream<Example = unknown> = (epoch: number) => ExampleStream<Example>;

/** Examples one after another, or a function that returns them for each epoch. */
export type StreamSource<Example = unknown> = ExampleStream<Example> | EpochStream<Example>;

export const isStream = (source: object): source is StreamSource =>
  typeof source === "function" || Symbol.asyncIterator in source || Symbol.iterator in source;

const aStream: Rule = {
  expected: "an iterable of examples, or a function that returns one for each epoch",
  accepts: (value) =>
    typeof value === "function" || (typeof value === "object" && value !== null && isStream(value)),
};

/**
 * A stream that can be read in every epoch. Throws for a generator that is read a second time: it would be empty then, like an epoch
 * without examples.
 */
export function toEpochStream<Example>(source: StreamSource<Example>, where: string): EpochStream<Example> {
  checkValue(where, source, aStream);
  if (typeof source === "function") return source;
  let isRead = false;
  return () => {
    if (isRead && "next" in source) {
      throw new ArgumentError(
        `${where}: found a stream that has already been read, expected a function that returns a new stream for each epoch`,
      );
    }
    isRead = true;
    return source;
  };
}
