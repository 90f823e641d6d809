import { readFile } from "node:fs/promises";
import { DataError } from "@evenkeel/tensor";

/** The contents of a JSON file; undefined where there is none. Throws DataError when it is damaged. */
export async function readJson<Value>(path: string): Promise<Value | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new DataError(`${path}: could not be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new DataError(`${path}: found damaged JSON (${(error as Error).message})`, { cause: error });
  }
}
