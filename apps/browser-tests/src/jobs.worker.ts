import { serveRuns } from "@evenkeel/nn/worker";
import type { Job, Outcome } from "./jobs.ts";

serveRuns<Job, string, Outcome>(async (job, control) => {
  // Before any code has checked whether it exists.
  if (job.withoutWaitAsync) Reflect.deleteProperty(Atomics, "waitAsync");
  const { runJob } = await import("./jobs.ts");
  return runJob(job, control);
});
