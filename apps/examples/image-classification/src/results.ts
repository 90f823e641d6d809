import { lstat, rename, rm, symlink, unlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { storageError, writeFileAtomically } from "@evenkeel/tensor/node";
import { report } from "./report.ts";

/** What one training run showed. */
export interface ArmResult {
  readonly normalization: "batch" | "none";
  readonly parameters: number;
  readonly epochs: number;
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Steps until 85 % of the held-out images were right for the first time; null if never. */
  readonly stepsTo85: number | null;
  /** Training alone: looking at the held-out images does not count. */
  readonly imagesPerSecond: number;
  readonly trainingSeconds: number;
  readonly losses: readonly (readonly [step: number, loss: number])[];
  readonly heldOutAccuracy: readonly (readonly [step: number, accuracy: number])[];
  /** Euclidean norms of the gradient of each layer's weight, at the first batch. */
  readonly gradientNorms: readonly { readonly layer: string; readonly norm: number }[];
}

export interface RunResult {
  readonly dataset: string;
  readonly synthetic: boolean;
  readonly model: string;
  readonly backend: string;
  readonly device: string;
  readonly threads: number;
  readonly seed: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly trainImages: number;
  readonly arms: readonly ArmResult[];
}

export const nameOfArm = (normalization: "batch" | "none"): string =>
  normalization === "batch" ? "with batch norm" : "without batch norm";

/** `summary.json`: the figures that other programs read. */
export function summaryOf({ dataset, synthetic, backend, device, threads, seed, arms }: RunResult): object {
  return {
    dataset,
    synthetic,
    backend,
    device,
    threads,
    seed,
    arms: arms.map(({ normalization, testAccuracy, stepsTo85, imagesPerSecond, epochs, parameters }) => ({
      normalization,
      testAccuracy,
      stepsTo85,
      imagesPerSecond,
      epochs,
      parameters,
    })),
  };
}

/** Writes the summary and the report, and lets `latest` beside the folder point to it. */
export async function writeResults(folder: string, result: RunResult): Promise<void> {
  await writeFileAtomically(join(folder, "summary.json"), `${JSON.stringify(summaryOf(result), null, 2)}\n`);
  await writeFileAtomically(join(folder, "report.html"), report(result));
}

/** Replaces `latest` in one step, so that it always points somewhere. What is no link is another's, and stays. */
export async function pointLatestTo(folder: string): Promise<void> {
  const latest = join(dirname(folder), "latest");
  const found = await lstat(latest).catch(() => undefined);
  if (found !== undefined && !found.isSymbolicLink()) return;
  const fresh = `${latest}.${process.pid}`;
  try {
    await symlink(relative(dirname(latest), folder), fresh, "junction");
    // Windows does not rename over a link.
    await rename(fresh, latest).catch(async () => {
      await unlink(latest);
      await rename(fresh, latest);
    });
  } catch (error) {
    await rm(fresh, { force: true });
    throw storageError(latest, error);
  }
}

/** The closing table on the terminal. */
export function resultTable({ arms }: RunResult): string {
  const rows = [
    ["", ...arms.map(({ normalization }) => nameOfArm(normalization))],
    ["test accuracy", ...arms.map(({ testAccuracy }) => percent(testAccuracy))],
    ["steps to 85 %", ...arms.map(({ stepsTo85 }) => (stepsTo85 === null ? "never" : String(stepsTo85)))],
    ["images/s", ...arms.map(({ imagesPerSecond }) => imagesPerSecond.toFixed(0))],
    ["parameters", ...arms.map(({ parameters }) => parameters.toLocaleString("en"))],
    ["gradient norm at the start", ...arms.map(() => "")],
    ...gradientRows(arms),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join("  "),
    )
    .join("\n");
}

/** Layers in the order of the network; the arms have the same ones. */
export function gradientRows(arms: readonly ArmResult[]): string[][] {
  const layers = arms[0]?.gradientNorms.map(({ layer }) => layer) ?? [];
  return layers.map((layer, index) => [
    `  ${layer}`,
    ...arms.map(({ gradientNorms }) => gradientNorms[index]?.norm.toPrecision(3) ?? ""),
  ]);
}

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
