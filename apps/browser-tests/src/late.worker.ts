import { cpu } from "@evenkeel/backend-cpu";
import { serveRuns } from "@evenkeel/nn/worker";
import { ones, selectBackend, sum } from "@evenkeel/tensor";

// What the page sends meanwhile is lost.
await selectBackend([cpu]);

/** Adds up as many ones. */
serveRuns<number, never, number>((count) => sum(ones([count])).item());
