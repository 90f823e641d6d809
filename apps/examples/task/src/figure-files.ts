import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type NamedFigure, writeFigureTable } from "./figure-table.ts";
import type { FigureRecord } from "./figures.ts";

/** The records of a task, in the order of their file names, with the references that were run after them. */
export function readFigures(examples: string, task: string): readonly NamedFigure[] {
  const folder = join(examples, task, "results");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const record = readJson<FigureRecord>(join(folder, file));
      const path = join(examples, task, "reference", "results", file);
      const reference = existsSync(path) ? readJson<{ value: number }>(path).value : record.reference;
      return { file: basename(file, ".json"), record: { ...record, reference } };
    });
}

const readJson = <Value>(path: string): Value => JSON.parse(readFileSync(path, "utf8"));

const marked = /(<!-- figures of (\S+) -->\n)[\s\S]*?(<!-- end of figures -->)/g;

/** The text with a table between the marks of each task. */
export const writeTables = (text: string, read: (task: string) => readonly NamedFigure[]): string =>
  text.replace(
    marked,
    (_, begin: string, task: string, end: string) => `${begin}\n${writeFigureTable(read(task))}\n${end}`,
  );
