import { runInWorker } from "@evenkeel/nn/worker";
import { changeInWorkers, loadSets, readTable } from "./data-sets.ts";
import { chooseFile, describeRefusal, downloadFile, keepFiles } from "./files.ts";
import type { Job, Outcome } from "./jobs.ts";
import { writeLog } from "./log.ts";
import { digestPictures, readCanvas } from "./pictures.ts";
import { showProgress, showReport } from "./progress.ts";
import { type PageWatch, watchPageDuring } from "./watch-page.ts";

/** The result of a job, and how responsive the page was during it. */
export type PageOutcome = Outcome & PageWatch;

const element = (id: string): HTMLElement => document.getElementById(id)!;

/** Runs a job in its own worker. */
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

/** Runs in a worker that starts to listen only after it has opened a backend. */
async function runLate(count: number): Promise<number> {
  const worker = new Worker(new URL("./late.worker.ts", import.meta.url), { type: "module" });
  try {
    return await runInWorker<number, never, number>(worker, count);
  } finally {
    worker.terminate();
  }
}

/** Aborts a run in a terminated worker; resolves with the reason of the rejection. */
async function runTerminated(): Promise<string> {
  const worker = new Worker(new URL("./late.worker.ts", import.meta.url), { type: "module" });
  const controller = new AbortController();
  const options = { signal: controller.signal, patience: 10 };
  const run = runInWorker<number, never, number>(worker, 1, options).catch(String);
  worker.terminate();
  controller.abort("enough");
  return String(await run);
}

/** Appends to a log on the page and then in a worker; resolves with the text of the log. */
async function keepLog(): Promise<string> {
  await writeLog("page");
  const worker = new Worker(new URL("./log.worker.ts", import.meta.url), { type: "module" });
  try {
    return await runInWorker<string, never, string>(worker, "worker");
  } finally {
    worker.terminate();
  }
}

/** The functions in the global scope for the test that drives this page. */
export interface TestedPage {
  run: typeof run;
  runLate: typeof runLate;
  runTerminated: typeof runTerminated;
  watchPageDuring: typeof watchPageDuring;
  chooseFile: typeof chooseFile;
  downloadFile: typeof downloadFile;
  keepFiles: typeof keepFiles;
  keepLog: typeof keepLog;
  showProgress: typeof showProgress;
  showReport: typeof showReport;
  describeRefusal: typeof describeRefusal;
  digestPictures: typeof digestPictures;
  readCanvas: typeof readCanvas;
  loadSets: typeof loadSets;
  readTable: typeof readTable;
  changeInWorkers: typeof changeInWorkers;
}

Object.assign(globalThis, {
  run,
  runLate,
  runTerminated,
  watchPageDuring,
  chooseFile,
  downloadFile,
  keepFiles,
  keepLog,
  showProgress,
  showReport,
  describeRefusal,
  digestPictures,
  readCanvas,
  loadSets,
  readTable,
  changeInWorkers,
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
