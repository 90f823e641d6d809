import { runInWorker } from "@evenkeel/nn/worker";
import { chooseFile, downloadFile, keepFiles, refusalOfClaim } from "./files.ts";
import type { Job, Outcome } from "./jobs.ts";
import { type PageWatch, watchPageDuring } from "./watch-page.ts";

/** What a job showed, and how the page fared meanwhile. */
export type PageOutcome = Outcome & PageWatch;

const element = (id: string): HTMLElement => document.getElementById(id)!;

/** Runs a job in a worker of its own. */
async function run(job: Job): Promise<PageOutcome> {
  const worker = new Worker(new URL("./jobs.worker.ts", import.meta.url), { type: "module" });
  const onReport = (line: string): void => {
    element("progress").textContent = line;
  };
  try {
    const { result, ...watch } = await watchPageDuring(() =>
      runInWorker<Job, string, Outcome>(worker, job, { onReport }),
    );
    return { ...result, ...watch };
  } finally {
    worker.terminate();
  }
}

/** Runs in a worker that does not listen before it has opened a backend. */
async function runLate(count: number): Promise<number> {
  const worker = new Worker(new URL("./late.worker.ts", import.meta.url), { type: "module" });
  try {
    return await runInWorker<number, never, number>(worker, count);
  } finally {
    worker.terminate();
  }
}

/** Aborts a run in a worker that was terminated; resolves with the reason it rejects with. */
async function runTerminated(): Promise<string> {
  const worker = new Worker(new URL("./late.worker.ts", import.meta.url), { type: "module" });
  const controller = new AbortController();
  const options = { signal: controller.signal, patience: 10 };
  const run = runInWorker<number, never, number>(worker, 1, options).catch(String);
  worker.terminate();
  controller.abort("enough");
  return String(await run);
}

/** What the test that drives this page finds in its global scope. */
export interface TestedPage {
  run: typeof run;
  runLate: typeof runLate;
  runTerminated: typeof runTerminated;
  watchPageDuring: typeof watchPageDuring;
  chooseFile: typeof chooseFile;
  downloadFile: typeof downloadFile;
  keepFiles: typeof keepFiles;
  refusalOfClaim: typeof refusalOfClaim;
}

Object.assign(globalThis, {
  run,
  runLate,
  runTerminated,
  watchPageDuring,
  chooseFile,
  downloadFile,
  keepFiles,
  refusalOfClaim,
} satisfies TestedPage);

element("setting").textContent = `${crossOriginIsolated ? "" : "Not "}cross-origin isolated; ${
  "gpu" in navigator ? "" : "no "
}navigator.gpu`;
for (const backend of ["webgpu", "cpu"] as const) {
  for (const task of ["conformance", "bits", "mlp", "convnet"] as const) {
    const button = document.createElement("button");
    button.textContent = `${task} on ${backend}`;
    button.onclick = () =>
      run({ backend, task })
        .catch((error) => String(error))
        .then((outcome) => {
          element("outcome").textContent = JSON.stringify(outcome, null, 2);
        });
    element("jobs").append(button, " ");
  }
}
