import type { Rule } from "@evenkeel/tensor/checks";
import { callable, checkValue } from "@evenkeel/tensor/checks";
import type { ChangeExample, ExampleScope } from "./answer-examples.ts";
import { answerExamples } from "./answer-examples.ts";

const aScope: Rule = {
  expected: "the global scope of a worker or its port",
  accepts: (value) =>
    typeof value === "object" && value !== null && "addEventListener" in value && "postMessage" in value,
};

/**
 * Answers `mapInWorkers` in the script of a worker of one's own, such as one that a bundler has built. Arrays that `change` returns
 * belong to the page afterwards: they are moved, unless they are parts of larger buffers.
 *
 * Throws ArgumentError unless `change` is a function, and outside of a worker.
 *
 * @param scope default: the global scope of the worker; in Node `parentPort` of `node:worker_threads`
 * @example
 * // decode.worker.ts
 * serveExamples(async (file: Blob) => ({ inputs: await decode(file) }));
 */
export function serveExamples(
  change: ChangeExample,
  scope: ExampleScope = globalThis as unknown as ExampleScope,
): void {
  checkValue("serveExamples: change", change, callable);
  checkValue("serveExamples: scope", scope, aScope);
  answerExamples(change, scope);
}
