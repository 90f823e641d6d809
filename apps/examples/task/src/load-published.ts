import { DownloadError } from "@evenkeel/datasets/node";
import { DataError } from "@evenkeel/tensor";
import { makeProgressLine } from "./progress.ts";
import type { Session, TaskData } from "./task.ts";

/** How the loaders of `@evenkeel/datasets/node` report a download. */
export interface DownloadOptions {
  readonly signal: AbortSignal;
  onProgress(file: string, bytes: number, totalBytes: number): void;
}

export interface PublishedData<Parts> {
  /** The name of the data set on the command line. */
  readonly name: string;
  load(options: DownloadOptions): Promise<Parts>;
  /** Draws synthetic data of the same form. */
  makeSynthetic(): Parts;
}

/** The name of the synthetic data of every task, on the command line too. */
export const syntheticName = "synthetic";

/**
 * Loads a published data set. Synthetic data replace it only if no server can be reached. Throws DataError if a download fails
 * otherwise, if a file is damaged, and if a resumed run was started with data that can no longer be reached.
 */
export async function loadPublished<Parts>(
  { name, load, makeSynthetic }: PublishedData<Parts>,
  { startedWith, signal, say }: Session & { readonly startedWith: TaskData | undefined },
): Promise<Parts & TaskData> {
  const synthesize = (insteadOf: string | null) => ({ ...makeSynthetic(), name: syntheticName, insteadOf });
  if (name === syntheticName) return synthesize(null);
  if (startedWith?.name === syntheticName) return synthesize(startedWith.insteadOf);
  const line = makeProgressLine();
  let wasReached = false;
  try {
    const parts = await load({
      signal,
      onProgress: (file, bytes, totalBytes) => {
        wasReached = true;
        const [done, total] = [bytes, totalBytes].map((count) => Math.round(count / 1024));
        line.update({ label: `Downloading ${file}`, done: done!, total: total!, detail: "KiB" });
      },
    });
    return { ...parts, name, insteadOf: null };
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    if (wasReached || error.wasAnswered) {
      throw new DataError(
        `${error.message} (try again later, or train on synthetic data with --dataset ${syntheticName})`,
        { cause: error },
      );
    }
    if (startedWith !== undefined) {
      throw new DataError(`the run was started with ${name}, which cannot be reached now: ${error.message}`, {
        cause: error,
      });
    }
    say(`${error.message}\nData: ${describeData({ name: syntheticName, insteadOf: name })}`);
    return synthesize(name);
  } finally {
    line.finish();
  }
}

/** A description of the data of a run. */
export function describeData({ name, insteadOf }: TaskData): string {
  if (name !== syntheticName) return name;
  const reason = insteadOf === null ? "" : `: ${insteadOf} is not on this machine and could not be reached`;
  return `synthetic data, made by the program${reason}`;
}
