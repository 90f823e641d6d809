import { DataError } from "@evenkeel/tensor";

/** What separates and quotes the fields of a record. */
export interface CsvSyntax {
  readonly delimiter: string;
  /** Null if quotes have no meaning, as in tab-separated files. */
  readonly quote: string | null;
}

/** The fields of one record, and the number of the line on which it begins. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/** The most characters of a record: a quote that is never closed would otherwise be searched for in the whole file. */
const longestRecord = 2 ** 24;

/**
 * The records of a table in the format of RFC 4180, from the pieces of a text: fields may be quoted, and contain delimiters, ends of
 * lines (LF or CRLF) and doubled quotes then. Blank lines are skipped. Throws DataError for quotes in other places.
 */
export async function* splitRecords(
  chunks: AsyncIterable<string>,
  syntax: CsvSyntax,
  name: string,
): AsyncGenerator<CsvRecord> {
  let [text, line] = ["", 1];
  function* takeRecords(isLast: boolean): Generator<CsvRecord> {
    let start = 0;
    while (start < text.length) {
      const record = readRecord(text, start, syntax, isLast, `${name}: line ${line}`);
      if (record === undefined) break;
      const { fields, end } = record;
      if (fields.length > 1 || fields[0] !== "" || text[start] === syntax.quote) yield { fields, line };
      line += countLineEnds(text, start, end);
      start = end;
    }
    text = text.slice(start);
  }
  for await (const chunk of chunks) {
    text += chunk;
    yield* takeRecords(false);
    if (text.length > longestRecord) {
      throw new DataError(
        `${name}: line ${line}: found a record of more than ${longestRecord} characters: a quote may not be closed`,
      );
    }
  }
  yield* takeRecords(true);
}

function countLineEnds(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

interface Field {
  readonly value: string;
  /** The position of what follows the field: a delimiter, the end of the line, or the end of the text. */
  readonly end: number;
}

/** The record at `start`, and where the next one begins; undefined if more text is needed to know. */
function readRecord(
  text: string,
  start: number,
  syntax: CsvSyntax,
  isLast: boolean,
  where: string,
): { readonly fields: string[]; readonly end: number } | undefined {
  const fields: string[] = [];
  for (let position = start; ; position++) {
    const field =
      text[position] === syntax.quote
        ? readQuoted(text, position, syntax, isLast, where)
        : readPlain(text, position, syntax, isLast, where);
    if (field === undefined) return undefined;
    fields.push(field.value);
    position = field.end;
    if (text[position] !== syntax.delimiter) {
      return { fields, end: position + (text[position] === "\r" ? 2 : 1) };
    }
  }
}

function readPlain(
  text: string,
  start: number,
  { delimiter, quote }: CsvSyntax,
  isLast: boolean,
  where: string,
): Field | undefined {
  let end = start;
  for (; end < text.length; end++) {
    const letter = text[end];
    if (letter === delimiter || letter === "\n") break;
    if (letter === quote) {
      throw new DataError(
        `${where}: found a quote in a field that does not begin with one: "${text.slice(start, end + 1)}"`,
      );
    }
  }
  if (end === text.length && !isLast) return undefined;
  const isCut = text[end - 1] === "\r" && text[end] !== delimiter && end > start;
  if (isCut) end--;
  return { value: text.slice(start, end), end };
}

function readQuoted(
  text: string,
  start: number,
  { delimiter, quote }: CsvSyntax,
  isLast: boolean,
  where: string,
): Field | undefined {
  let value = "";
  for (let from = start + 1; ; ) {
    const close = text.indexOf(quote!, from);
    if (close < 0) {
      if (isLast) throw new DataError(`${where}: found a quote that is not closed`);
      return undefined;
    }
    value += text.slice(from, close);
    // The next piece of the text may begin with a second quote, or with the second half of an end of line.
    const following = text.slice(close + 1, close + 3);
    if (following.length < 2 && !isLast) return undefined;
    if (following[0] === quote) {
      value += quote;
      from = close + 2;
      continue;
    }
    const isEnd =
      following === "" || following[0] === delimiter || following[0] === "\n" || /^\r\n?$/.test(following);
    if (isEnd) return { value, end: close + 1 };
    throw new DataError(
      `${where}: found ${JSON.stringify(following[0])} behind a closing quote, expected a delimiter or the end of the line`,
    );
  }
}
