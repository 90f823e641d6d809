import { realpath } from "node:fs/promises";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import {
  ArgumentError,
  type Backend,
  type BackendFactory,
  DeviceError,
  selectBackend,
} from "@evenkeel/tensor";
import { clearArm, runArm } from "./arm.ts";
import { type Data, loadData } from "./data.ts";
import { help, type Options, parseOptions } from "./options.ts";
import { progressLine } from "./progress.ts";
import { type ArmResult, pointLatestTo, type RunResult, resultTable, writeResults } from "./results.ts";
import { resumedOptions, saveOptions } from "./saved-options.ts";

const runsFolder = "runs";

/** What the job needs of the world around it. */
export interface Surroundings {
  /** The best first. */
  readonly backends: readonly BackendFactory[];
  say(line: string): void;
}

/** The whole job; returns the exit code. */
export async function runJob(args: readonly string[], { backends, say }: Surroundings): Promise<number> {
  const asked = parseOptions(args);
  if (asked === undefined) {
    say(help);
    return 0;
  }
  const folder = await runFolder(asked);
  const options = asked.resume ? await resumedOptions(asked, folder) : asked;
  const interruption = interruptionSignal();
  const backend = await openBackend(options, backends);
  try {
    say(`Backend: ${backend.name}, ${backend.device}`);
    const armFolders = { batch: join(folder, "batch"), none: join(folder, "none") };
    // Before the data: a folder that cannot be written is known at once, and any interruption can be resumed.
    if (!options.resume) for (const armFolder of Object.values(armFolders)) await clearArm(armFolder);
    await saveOptions(folder, options);
    await pointLatestTo(folder);
    const data = await loadData(options, say);
    checkBatchSize(options, data);
    await saveOptions(folder, { ...options, trainedOn: data.name });
    const arms: ArmResult[] = [];
    for (const normalization of normalizationsOf(options)) {
      arms.push(
        await runArm({
          normalization,
          data,
          options,
          folder: armFolders[normalization],
          line: progressLine(),
          signal: interruption.signal,
        }),
      );
    }
    const result: RunResult = {
      dataset: data.name,
      synthetic: data.synthetic,
      model: options.model,
      backend: backend.name,
      device: backend.device,
      threads: threadsOf(backend),
      seed: options.seed,
      batchSize: options.batchSize,
      learningRate: options.learningRate,
      trainImages: data.train.labels.length,
      arms,
    };
    await writeResults(folder, result);
    await backend.close();
    say(`\n${resultTable(result)}\n\nReport: ${join(folder, "report.html")}`);
    return 0;
  } catch (error) {
    // What ended the run is told: a device that fails to close afterwards says nothing new.
    await backend.close().catch(() => undefined);
    // A checkpoint that could not be written matters more than the interruption.
    const isInterrupted = error === interruption.signal.reason;
    if (!isInterrupted && !(error instanceof DeviceError)) throw error;
    say(`\n${isInterrupted ? "Interrupted." : (error as Error).message}`);
    say(`Go on from the last checkpoint with: npm start -- --resume --out ${folder}`);
    return isInterrupted ? 128 + constants.signals.SIGINT : 1;
  } finally {
    interruption.release();
  }
}

function checkBatchSize({ batchSize }: Options, { train }: Data): void {
  const images = train.labels.length;
  if (batchSize > images) {
    throw new ArgumentError(
      `--batch-size: found ${batchSize}, expected at most the ${images} training images`,
    );
  }
}

function normalizationsOf({ normalization }: Options): ("batch" | "none")[] {
  return normalization === "both" ? ["batch", "none"] : [normalization];
}

/** What is asked for by name must open. Otherwise a GPU in software is left alone: the CPU backend is faster. */
function openBackend({ backend, threads }: Options, factories: readonly BackendFactory[]): Promise<Backend> {
  return selectBackend(factories, {
    prefer: backend === "auto" ? undefined : backend,
    options: { cpu: threads === 0 ? {} : { threads }, webgpu: { acceptsSoftware: backend === "webgpu" } },
  });
}

/** The CPU backend tells its threads in its description. */
const threadsOf = ({ device }: Backend): number => Number(/(\d+) threads?/.exec(device)?.[1] ?? 1);

async function runFolder({ out, resume }: Options): Promise<string> {
  if (out !== undefined) return resolve(out);
  if (resume) {
    return realpath(join(runsFolder, "latest")).catch(() => {
      throw new ArgumentError(
        `--resume: found no ${runsFolder}/latest, expected an interrupted run or its --out folder`,
      );
    });
  }
  return resolve(runsFolder, new Date().toISOString().slice(0, 19).replaceAll(":", "-"));
}

/** Aborts at the first interrupt; a second one ends the program at once. */
function interruptionSignal(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    process.off("SIGINT", interrupt);
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  return { signal: controller.signal, release: () => process.off("SIGINT", interrupt) };
}
