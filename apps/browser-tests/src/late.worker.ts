import { cpu } from "@evenkeel/backend-cpu";
import { serveRuns } from "@evenkeel/nn/worker";
import { ones, selectBackend, sum } from "@evenkeel/tensor";

// Messages that the page sends in the meantime are lost.
await selectBackend([cpu()]);

/** Adds up `count` ones. */
serveRuns<number, never, number>((count) => sum(ones([count])).item());
