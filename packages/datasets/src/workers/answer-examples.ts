import type { FromWorker, ToWorker } from "./messages.ts";
import { describeFailure, isOwn, listBuffers } from "./messages.ts";

/** The part of the global scope of a worker, or of the port of a worker thread, that is used. */
export interface ExampleScope {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** What a worker does with an example. */
export type ChangeExample = (example: never, index: number) => unknown;

/** Answers messages with examples in a worker, and tells that it listens. */
export function answerExamples(change: ChangeExample, scope: ExampleScope): void {
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
    scope.postMessage(message, transfer);
  const answer = async (evenkeelExample: number, example: unknown, index: number): Promise<void> => {
    try {
      const changed = await change(example as never, index);
      post({ evenkeelExample, changed }, [...listBuffers(changed)]);
    } catch (error) {
      post({ evenkeelExample, failure: describeFailure(error) });
    }
  };
  scope.addEventListener("message", ({ data }) => {
    if (!isOwn(data)) return;
    const message = data as ToWorker;
    if ("evenkeelExample" in message) void answer(message.evenkeelExample, message.example, message.index);
  });
  post({ evenkeelWorker: "ready" });
}
