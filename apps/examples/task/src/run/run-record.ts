import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { nullOr, type Rules, text } from "@evenkeel/tensor/checks";
import type { Command } from "../command-line.ts";
import { objectOf, readRecord, writeRecord } from "../record.ts";
import { type CommonOptions, listNames, type Settings } from "../settings.ts";
import type { AnyTask, TaskData } from "../task.ts";

/** Everything that determines the result of a run; a resumed run keeps it. */
export interface RunRecord<Options = CommonOptions> {
  readonly task: string;
  /** Identifies the run; its records and checkpoints contain this name. */
  readonly run: string;
  readonly options: Options;
  /** The data set that the run was started with. */
  readonly data: TaskData;
  readonly backend: string;
}

export const runRecordFile = "options.json";

export const makeRunName = (): string => randomUUID();

export const saveRunRecord = (folder: string, record: RunRecord): Promise<void> =>
  writeRecord(join(folder, runRecordFile), record);

/** A saved value must be one that the command line accepts. */
const makeOptionRules = <Options extends object>(settings: Settings<Options>): Rules<Options> =>
  Object.fromEntries(
    listNames(settings).map((name) => {
      const { expected, read } = settings[name];
      return [
        name,
        { expected, accepts: (value: unknown) => value !== undefined && read(String(value)) === value },
      ];
    }),
  ) as Rules<Options>;

/**
 * The record of the run in a folder; undefined if there is none. Throws DataError if the file is damaged, not a record, or of
 * another task.
 */
export async function readRunRecord(task: AnyTask, folder: string): Promise<RunRecord | undefined> {
  const path = join(folder, runRecordFile);
  const isThisTask = (value: unknown): boolean => value === task.name;
  return readRecord<RunRecord>(path, {
    task: { expected: `${task.name}, the task of this program`, accepts: isThisTask },
    run: text,
    options: objectOf<CommonOptions>(makeOptionRules(task.settings)),
    data: objectOf<TaskData>({ name: text, insteadOf: nullOr(text) }),
    backend: text,
  });
}

/**
 * The record of the run that the command resumes; only the number of threads may change. Throws ArgumentError if there is no run, or
 * if the command gives an option a different value; DataError if the record is damaged.
 */
export async function readResumedRecord(
  task: AnyTask,
  folder: string,
  { options, given }: Command,
): Promise<RunRecord> {
  const record = await readRunRecord(task, folder);
  if (record === undefined) {
    throw new ArgumentError(
      `--resume: found no ${runRecordFile} in ${folder}, expected the folder of an interrupted run`,
    );
  }
  const saved = record.options;
  for (const name of given) {
    if (name === "threads" || options[name] === saved[name]) continue;
    const { flag } = task.settings[name];
    throw new ArgumentError(
      `--${flag}: found ${options[name]}, expected ${saved[name]}, the value of the interrupted run: --resume keeps its options`,
    );
  }
  return { ...record, options: given.has("threads") ? { ...saved, threads: options.threads } : saved };
}

/** The record of the run that a command evaluates. Throws DataError if there is none in the folder. */
export async function readFinishedRecord(task: AnyTask, folder: string): Promise<RunRecord> {
  const record = await readRunRecord(task, folder);
  if (record !== undefined) return record;
  throw new DataError(`${folder}: found no ${runRecordFile}, expected the folder of a run`);
}
