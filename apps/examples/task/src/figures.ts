import { cpus } from "node:os";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { makeFolder, writeFileAtomically } from "@evenkeel/tensor/node";
import { readFileIfThere } from "./record.ts";
import { type CommonOptions, listNames } from "./settings.ts";
import type { AnyTask, ArmResult, Figure, RunResult } from "./task.ts";

/** A figure of a full run, as the project keeps it. */
export interface FigureRecord extends Omit<Figure, "name"> {
  readonly task: string;
  readonly seed: number;
  /** The figure of the same recipe in PyTorch; null if it was not run. */
  readonly reference: number | null;
  readonly machine: string;
  readonly date: string;
  readonly command: string;
}

/** Writes a file for each figure of a run into a folder: `<name>-<normalization>-<seed>.json`. */
export async function writeFigures(
  task: AnyTask,
  folder: string,
  { result, say }: { readonly result: RunResult<unknown, ArmResult>; say(line: string): void },
): Promise<void> {
  const { seed } = result.options as CommonOptions;
  await makeFolder(folder);
  for (const { name, ...figure } of task.listFigures(result) as readonly Figure[]) {
    const file = `${name}-${figure.normalization}-${seed}.json`;
    const record: FigureRecord = {
      task: task.name,
      ...figure,
      seed,
      reference: await readReference(join(folder, "..", "reference", "results", file)),
      machine: describeMachine(result),
      date: result.date.slice(0, 10),
      command: `pnpm example ${task.name} train ${formatOptions(task, result.options as CommonOptions)}`,
    };
    await writeFileAtomically(join(folder, file), `${JSON.stringify(record, null, 2)}\n`);
    say(`Recorded: ${join(folder, file)}`);
  }
}

/** The value in the record of the reference with the same name, which its program writes. */
async function readReference(path: string): Promise<number | null> {
  const bytes = await readFileIfThere(path);
  if (bytes === undefined) return null;
  try {
    const { value } = JSON.parse(bytes.toString()) as { readonly value?: unknown };
    if (typeof value === "number") return value;
  } catch {
    // Not JSON, or not an object: there is no value either.
  }
  throw new DataError(`${path}: found no number, expected \`value\``);
}

function describeMachine({ backend, device, threads }: RunResult<unknown, ArmResult>): string {
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  return backend === "cpu"
    ? `${processor}, ${threads} ${threads === 1 ? "thread" : "threads"}, Node ${process.versions.node}`
    : `${device}, Node ${process.versions.node}`;
}

/** The options that differ from their defaults. */
function formatOptions({ settings }: AnyTask, options: CommonOptions): string {
  return listNames(settings)
    .filter((name) => options[name] !== settings[name].defaultValue)
    .map((name) => `--${settings[name].flag} ${options[name]}`)
    .join(" ");
}
