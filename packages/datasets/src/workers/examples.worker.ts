/** The script of the workers that `mapInWorkers` starts for a module: it loads the module and calls the function that it is told. */
import type { ChangeExample, ExampleScope } from "./answer-examples.ts";
import { answerExamples } from "./answer-examples.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { describeFailure, isOwn } from "./messages.ts";

/** Before Node 22.3 a worker that runs source text gets modules from its `require` alone. */
const { process, require } = globalThis as {
  process?: { getBuiltinModule?: (name: string) => { readonly parentPort?: unknown } };
  require?: (name: string) => { readonly parentPort?: unknown };
};
const node = (process?.getBuiltinModule ?? require)?.("node:worker_threads");
const scope = (node?.parentPort ?? globalThis) as ExampleScope;

scope.addEventListener("message", async ({ data }) => {
  const message = data as ToWorker;
  if (!isOwn(message) || !("evenkeelModule" in message)) return;
  const { evenkeelModule, name } = message;
  try {
    const loaded = (await import(evenkeelModule)) as { readonly [name: string]: unknown };
    const change = loaded[name];
    if (typeof change !== "function") {
      throw new TypeError(`found ${typeof change} as its export ${name}, expected a function`);
    }
    answerExamples(change as ChangeExample, scope);
  } catch (error) {
    scope.postMessage({ evenkeelWorker: "failed", failure: describeFailure(error) } satisfies FromWorker, []);
  }
});
