import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { DataError } from "@evenkeel/tensor";
import { describeValue, type Rule, type Rules } from "@evenkeel/tensor/checks";
import { writeFileAtomically } from "@evenkeel/tensor/node";

/** Writes a record as JSON that includes its own checksum. */
export function writeRecord(path: string, record: object): Promise<void> {
  return writeFileAtomically(
    path,
    `${writeRecordText({ ...record, sha256: computeSha256(writeRecordText(record)) })}\n`,
  );
}

/**
 * The record in a file; undefined if there is no file. Throws a DataError that names the file unless it can be read, its
 * checksum matches, and it has exactly the fields of the rules.
 */
export async function readRecord<Fields extends object>(
  path: string,
  rules: Rules<Fields>,
): Promise<Fields | undefined> {
  const bytes = await readFileIfThere(path);
  if (bytes === undefined) return undefined;
  const found = parse(bytes.toString(), path);
  if (!isObject(found)) throw new DataError(`${path}: found ${describeValue(found)}, expected an object`);
  const { sha256: expected, ...record } = found;
  if (computeSha256(writeRecordText(record)) !== expected) {
    throw new DataError(`${path}: found a wrong checksum: the file is damaged`);
  }
  checkFields(path, record, rules);
  return record as Fields;
}

/** The bytes of a file; undefined if there is no file. Throws DataError if it cannot be read. */
export async function readFileIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new DataError(`${path}: could not be read: ${message}`, { cause: error });
  }
}

export const computeSha256 = (contents: string | Uint8Array): string =>
  createHash("sha256").update(contents).digest("hex");

/** An object that has exactly the fields of the rules. */
export const objectOf = <Fields extends object>(rules: Rules<Fields>): Rule => ({
  expected: `an object of ${Object.keys(rules).join(", ")}`,
  accepts: (value) => isObject(value) && findStrayField(value, rules) === undefined,
});

function checkFields<Fields extends object>(path: string, record: object, rules: Rules<Fields>): void {
  const name = findStrayField(record, rules);
  if (name === undefined) return;
  const { expected } = rules[name as keyof Fields] ?? { expected: "no such field" };
  throw new DataError(
    `${path}: ${name}: found ${describeValue(record[name as never])}, expected ${expected}`,
  );
}

/** The first field that is missing, unknown, or rejected by its rule. */
function findStrayField<Fields extends object>(record: object, rules: Rules<Fields>): string | undefined {
  const names = new Set([...Object.keys(rules), ...Object.keys(record)]);
  return [...names].find(
    (name) => !Object.hasOwn(rules, name) || !rules[name as keyof Fields].accepts(record[name as never]),
  );
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON cannot represent these numbers, and the results of a run that diverged contain them. */
const unwritable = new Set(["NaN", "Infinity", "-Infinity"]);

const writeRecordText = (record: object): string =>
  JSON.stringify(
    record,
    (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value),
    1,
  );

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text, (_, value) => (unwritable.has(value) ? Number(value) : value));
  } catch (error) {
    // The engine quotes the text around the error, including line breaks.
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    throw new DataError(`${path}: found invalid JSON: the file is damaged (${reason})`, { cause: error });
  }
}
