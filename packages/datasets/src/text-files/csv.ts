import { ArgumentError, DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { anyNumber, checkOptions, isRecord, listOf, nullOr, oneOf, text } from "@evenkeel/tensor/checks";
import type { CsvRecord } from "./csv-records.ts";
import { splitRecords } from "./csv-records.ts";
import type { TextOptions, TextSource } from "./text-source.ts";
import { decodeText, textRules } from "./text-source.ts";

/** The type of a column: text, or numbers or truth values that fit a dtype. */
export type CellType = "text" | "f32" | "i32" | "u32" | "u8" | "bool";

export type Cell = string | number | boolean;

/** One row by the names of its columns. */
export type CsvRow = { readonly [column: string]: Cell };

export interface CsvOptions extends TextOptions {
  /** One character. Default: a comma. */
  readonly delimiter?: string;
  /** The character around fields that contain delimiters, quotes or ends of lines, or null if there is none. Default: `"`. */
  readonly quote?: string | null;
  /** The names of the columns. Default: those in the first record. */
  readonly header?: readonly string[];
  /** The type of each column by name, or one for all. Default: text. */
  readonly types?: CellType | { readonly [column: string]: CellType };
  /** What stands for an empty field of a column of numbers. Default: it is an error. */
  readonly missing?: number;
}

const cellTypes = ["text", "f32", "i32", "u32", "u8", "bool"] as const;
const aType = /* @__PURE__ */ oneOf(...cellTypes);
const oneCharacter: Rule = {
  expected: "one character, not an end of line",
  accepts: (value) => typeof value === "string" && value.length === 1 && !/[\r\n]/.test(value),
};
const typesOfColumns: Rule = {
  expected: `${aType.expected}, or a record of them`,
  accepts: (value) =>
    aType.accepts(value) ||
    (typeof value === "object" &&
      value !== null &&
      isRecord(value) &&
      Object.values(value).every(aType.accepts)),
};

const csvRules = {
  ...textRules,
  delimiter: oneCharacter,
  quote: /* @__PURE__ */ nullOr(oneCharacter),
  header: /* @__PURE__ */ listOf(text),
  types: typesOfColumns,
  missing: anyNumber,
};

/**
 * The rows of a table of comma-separated values (RFC 4180), or of tab-separated ones with `delimiter: "\t", quote: null`. The table is
 * read as a stream: only one row is in memory.
 *
 * Throws DataError for a record with too few or too many fields, for quotes in wrong places, and for fields that do not have their
 * type, with the number of the line; ArgumentError for wrong options and sources.
 *
 * @example for await (const { name, size } of readCsv('name,size\n"a, b",2\n', { types: { size: "i32" } })) console.log(name, size);
 */
export async function* readCsv(source: TextSource, options: CsvOptions = {}): AsyncGenerator<CsvRow> {
  checkCsvOptions("readCsv", options);
  let columns: readonly Column[] | undefined;
  for await (const row of readTable(source, options)) {
    if (columns === undefined) columns = row as readonly Column[];
    else
      yield Object.fromEntries((row as readonly Cell[]).map((cell, index) => [columns![index]!.name, cell]));
  }
}

/** The values of a column, as `batches` takes them; text stays a list. */
export type CsvColumn = Float32Array | Int32Array | Uint32Array | Uint8Array | boolean[] | string[];

/**
 * The columns of a table, each in the array of its type. Throws as `readCsv`, and DataError for a table without a header.
 *
 * @example const { height, label } = await readCsvColumns("height,label\n1.5,0\n2,1\n", { types: { height: "f32", label: "i32" } });
 */
export async function readCsvColumns(
  source: TextSource,
  options: CsvOptions = {},
): Promise<{ readonly [column: string]: CsvColumn }> {
  checkCsvOptions("readCsvColumns", options);
  const { name = "text" } = options;
  let columns: readonly Column[] | undefined;
  const values: Cell[][] = [];
  for await (const row of readTable(source, options)) {
    if (columns === undefined) {
      columns = row as readonly Column[];
      values.push(...columns.map(() => []));
    } else {
      (row as readonly Cell[]).forEach((cell, column) => {
        values[column]!.push(cell);
      });
    }
  }
  if (columns === undefined)
    throw new DataError(`${name}: found no record, expected the names of the columns`);
  return Object.fromEntries(columns.map(({ name, type }, column) => [name, toColumn(values[column]!, type)]));
}

interface Column {
  readonly name: string;
  readonly type: CellType;
}

function checkCsvOptions(where: string, options: CsvOptions): void {
  checkOptions<CsvOptions>(where, options, csvRules);
  const { delimiter = ",", quote = '"' } = options;
  if (delimiter !== quote) return;
  throw new ArgumentError(
    `${where}: quote: found ${JSON.stringify(quote)}, which is the delimiter, expected another one`,
  );
}

/** The columns of a table, and then the cells of each row. */
async function* readTable(
  source: TextSource,
  options: CsvOptions,
): AsyncGenerator<readonly Column[] | readonly Cell[]> {
  const { delimiter = ",", quote = '"', header, name = "text" } = options;
  let columns = header === undefined ? undefined : makeColumns(header, options);
  if (columns !== undefined) yield columns;
  for await (const record of splitRecords(decodeText(source, options), { delimiter, quote }, name)) {
    if (columns !== undefined) yield readCells(record, columns, options);
    else {
      columns = makeColumns(record.fields, options);
      yield columns;
    }
  }
}

function makeColumns(
  names: readonly string[],
  { types = "text", name = "text" }: CsvOptions,
): readonly Column[] {
  const twice = names.find((column, index) => names.indexOf(column) < index);
  if (twice !== undefined)
    throw new DataError(`${name}: found two columns "${twice}", expected different names`);
  const stray =
    typeof types === "string" ? undefined : Object.keys(types).find((column) => !names.includes(column));
  if (stray !== undefined) {
    throw new DataError(`${name}: found no column "${stray}", expected it among: ${names.join(", ")}`);
  }
  return names.map((column) => ({
    name: column,
    type: typeof types === "string" ? types : (types[column] ?? "text"),
  }));
}

function readCells(
  { fields, line }: CsvRecord,
  columns: readonly Column[],
  { missing, name = "text" }: CsvOptions,
): readonly Cell[] {
  if (fields.length !== columns.length) {
    throw new DataError(
      `${name}: line ${line}: found ${fields.length} fields, expected ${columns.length}: ${columns.map(({ name }) => name).join(", ")}`,
    );
  }
  return fields.map((field, index) => {
    const { name: column, type } = columns[index]!;
    if (type === "text") return field;
    const trimmed = field.trim();
    if (trimmed === "" && missing !== undefined && type !== "bool") return missing;
    const cell = readers[type](trimmed);
    if (cell !== undefined) return cell;
    throw new DataError(
      `${name}: line ${line}: ${column}: found ${JSON.stringify(field)}, expected a value of the type ${type}`,
    );
  });
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const notFinite: { readonly [word: string]: number } = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

const readNumber = (field: string): number | undefined =>
  decimal.test(field) ? Number(field) : notFinite[field.toLowerCase()];

const readInteger =
  (least: number, most: number) =>
  (field: string): number | undefined => {
    const value = readNumber(field);
    return value !== undefined && Number.isInteger(value) && value >= least && value <= most
      ? value
      : undefined;
  };

const truths: { readonly [word: string]: boolean } = { true: true, false: false, 1: true, 0: false };

const readers: { readonly [type in Exclude<CellType, "text">]: (field: string) => Cell | undefined } = {
  f32: readNumber,
  i32: /* @__PURE__ */ readInteger(-(2 ** 31), 2 ** 31 - 1),
  u32: /* @__PURE__ */ readInteger(0, 2 ** 32 - 1),
  u8: /* @__PURE__ */ readInteger(0, 255),
  bool: (field) => (Object.hasOwn(truths, field.toLowerCase()) ? truths[field.toLowerCase()] : undefined),
};

function toColumn(cells: readonly Cell[], type: CellType): CsvColumn {
  switch (type) {
    case "f32":
      return Float32Array.from(cells as readonly number[]);
    case "i32":
      return Int32Array.from(cells as readonly number[]);
    case "u32":
      return Uint32Array.from(cells as readonly number[]);
    case "u8":
      return Uint8Array.from(cells as readonly number[]);
    default:
      return cells as boolean[] | string[];
  }
}
