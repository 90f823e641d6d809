import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import { flags, type Options, parseOptions } from "./options.ts";
import { readJson } from "./read-json.ts";

/** The options of a run, in its folder: what it goes on with after an interruption. */
export const saveOptions = (folder: string, options: Options): Promise<void> =>
  writeFileAtomically(pathIn(folder), JSON.stringify(options, null, 2));

const pathIn = (folder: string): string => join(folder, "options.json");

/**
 * The options that a run was started with; threads are those of now. Throws ArgumentError where there is no run, DataError
 * where its options are damaged.
 */
export async function resumedOptions(asked: Options, folder: string): Promise<Options> {
  const path = pathIn(folder);
  const saved = await readJson<Partial<Options>>(path);
  if (saved === undefined) {
    throw new ArgumentError(
      `--resume: found no options.json in ${folder}, expected the folder of an interrupted run`,
    );
  }
  return { ...checked(saved, path), threads: asked.threads, resume: true, out: asked.out };
}

/** Takes the values through the command line's checks. */
function checked(saved: Partial<Options>, path: string): Options {
  const args = Object.entries(flags).map(([name, flag]) => {
    const value = saved?.[name as keyof typeof flags];
    if (value === undefined) throw new DataError(`${path}: found no ${name}, expected the options of a run`);
    return `--${flag}=${value}`;
  });
  const { trainedOn } = saved;
  if (trainedOn !== undefined && typeof trainedOn !== "string") {
    throw new DataError(`${path}: trainedOn: found ${JSON.stringify(trainedOn)}, expected a name`);
  }
  try {
    return { ...parseOptions(args)!, trainedOn };
  } catch (error) {
    throw new DataError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
