import { DataError } from "@evenkeel/tensor";
import { checkOptions } from "@evenkeel/tensor/checks";
import type { TextOptions, TextSource } from "./text-source.ts";
import { decodeText, textRules } from "./text-source.ts";

/**
 * The lines of a text, which end with LF or CRLF, without their ends. An end of line at the end of the text begins no other line.
 *
 * Throws ArgumentError for wrong options and sources, DataError for bytes that are not text in the encoding and for damaged gzip data.
 *
 * @example for await (const line of readLines("one\ntwo\n")) console.log(line);
 */
export async function* readLines(source: TextSource, options: TextOptions = {}): AsyncGenerator<string> {
  checkOptions<TextOptions>("readLines", options, textRules);
  let rest = "";
  for await (const chunk of decodeText(source, options)) {
    const lines = chunk.split("\n");
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest.endsWith("\r") ? rest.slice(0, -1) : rest;
}

/**
 * The values of a file of JSON lines: one value on each line that is not blank.
 *
 * Throws DataError for a line that is not JSON, which it names by its number, and as `readLines`.
 *
 * @example batches(readJsonLines('{"inputs":[1,2],"labels":0}\n{"inputs":[3,4],"labels":1}\n'), { batchSize: 2 })
 */
export async function* readJsonLines<Value = unknown>(
  source: TextSource,
  options: TextOptions = {},
): AsyncGenerator<Value> {
  let number = 0;
  for await (const line of readLines(source, options)) {
    number++;
    if (line.trim() !== "") yield parseJson(line, number, options) as Value;
  }
}

function parseJson(line: string, number: number, { name = "text" }: TextOptions): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new DataError(`${name}: line ${number}: found no JSON value: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
