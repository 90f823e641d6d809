import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { ArgumentError } from "@evenkeel/tensor";
import { nullOr, type Rules, text } from "@evenkeel/tensor/checks";
import type { Command } from "../command-line.ts";
import type { Data } from "../data.ts";
import { type Options, settingNames, settings } from "../options.ts";
import { objectOf, readRecord, writeRecord } from "../record.ts";

/** Everything that determines the result of a run; a resumed run keeps it. */
export interface RunRecord {
  /** Identifies the run; its records and checkpoints contain this name. */
  readonly run: string;
  readonly options: Options;
  /** The data set that the run was started with. */
  readonly data: Pick<Data, "name" | "insteadOf">;
  readonly backend: string;
}

export const runRecordFile = "options.json";

export const makeRunName = (): string => randomUUID();

export const saveRunRecord = (folder: string, record: RunRecord): Promise<void> =>
  writeRecord(join(folder, runRecordFile), record);

/** A saved value must be one that the command line accepts. */
const optionRules = Object.fromEntries(
  settingNames.map((name) => {
    const { expected, read } = settings[name];
    return [name, { expected, accepts: (value: unknown) => read(String(value)) === value }];
  }),
) as Rules<Options>;

/**
 * The record of the run in a folder; undefined if there is none. Throws DataError if the file is damaged or not a
 * record.
 */
export const readRunRecord = (folder: string): Promise<RunRecord | undefined> =>
  readRecord<RunRecord>(join(folder, runRecordFile), {
    run: text,
    options: objectOf<Options>(optionRules),
    data: objectOf<RunRecord["data"]>({ name: optionRules.dataset, insteadOf: nullOr(text) }),
    backend: text,
  });

/**
 * The record of the run that the command resumes; only the number of threads may change. Throws ArgumentError if there is no run, or
 * if the command gives an option a different value; DataError if the record is damaged.
 */
export async function readResumedRecord(folder: string, { options, given }: Command): Promise<RunRecord> {
  const record = await readRunRecord(folder);
  if (record === undefined) {
    throw new ArgumentError(
      `--resume: found no ${runRecordFile} in ${folder}, expected the folder of an interrupted run`,
    );
  }
  const saved = record.options;
  for (const name of given) {
    if (name === "threads" || options[name] === saved[name]) continue;
    throw new ArgumentError(
      `--${settings[name].flag}: found ${options[name]}, expected ${saved[name]}, the value of the interrupted run: --resume keeps its options`,
    );
  }
  return { ...record, options: given.has("threads") ? { ...saved, threads: options.threads } : saved };
}
