import { DataError } from "@evenkeel/tensor";
import type { Dataset } from "../examples/dataset.ts";
import { readLines } from "../text-files/lines.ts";
import type { TextOptions } from "../text-files/text-source.ts";

/** A text and the index of its class. */
export interface LabelledText {
  readonly text: string;
  readonly label: number;
}

/** Labelled texts in memory. */
export interface TextSet extends Dataset<LabelledText> {
  readonly name: string;
  readonly texts: readonly string[];
  /** The class index of each text. */
  readonly labels: Int32Array;
  /** Names of the classes, in the order of their indices. */
  readonly classes: readonly string[];
}

/** A text and its translation. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
}

/** Texts in two languages, in memory. */
export interface PairSet extends Dataset<TextPair> {
  readonly name: string;
  readonly languages: readonly [source: string, target: string];
  readonly sources: readonly string[];
  readonly targets: readonly string[];
}

/** A set of texts. Throws DataError for a label without a class. */
export function makeTextSet(
  { name, classes }: Pick<TextSet, "name" | "classes">,
  examples: readonly LabelledText[],
): TextSet {
  const stray = examples.findIndex(({ label }) => !(label >= 0 && label < classes.length));
  if (stray >= 0) {
    throw new DataError(
      `${name}: text ${stray}: found the label ${examples[stray]!.label}, expected 0 to ${classes.length - 1}`,
    );
  }
  const texts = examples.map(({ text }) => text);
  const labels = Int32Array.from(examples, ({ label }) => label);
  return {
    name,
    classes,
    texts,
    labels,
    length: texts.length,
    get: (index) => ({ text: texts[index]!, label: labels[index]! }),
  };
}

/**
 * Reads a text on each line behind its label and a space. Throws DataError for a line without a label, and for bytes that are not
 * text in the encoding.
 */
export async function readLabelledLines(
  bytes: Uint8Array,
  options: TextOptions & Pick<TextSet, "name" | "classes">,
): Promise<TextSet> {
  const { classes, ...reading } = options;
  const examples: LabelledText[] = [];
  for await (const line of readLines(bytes, reading)) {
    const [, label, text] = /^(\d+) (.*)$/.exec(line) ?? [];
    if (text === undefined) {
      throw new DataError(
        `${options.name}: line ${examples.length + 1}: found no label, expected a number and a text`,
      );
    }
    examples.push({ text, label: Number(label) });
  }
  return makeTextSet(options, examples);
}

/** Reads a pair of texts with a sentence on each line. Throws DataError for different numbers of lines. */
export async function readPairs(
  files: { readonly source: Uint8Array; readonly target: Uint8Array },
  { name, languages }: Pick<PairSet, "name" | "languages">,
): Promise<PairSet> {
  const read = async (bytes: Uint8Array, language: string): Promise<readonly string[]> => {
    const lines: string[] = [];
    for await (const line of readLines(bytes, { name: `${name}, ${language}` })) lines.push(line);
    return lines;
  };
  const sources = await read(files.source, languages[0]);
  const targets = await read(files.target, languages[1]);
  if (sources.length !== targets.length) {
    throw new DataError(
      `${name}: found ${sources.length} lines in ${languages[0]} and ${targets.length} in ${languages[1]}, expected as many`,
    );
  }
  return {
    name,
    languages,
    sources,
    targets,
    length: sources.length,
    get: (index) => ({ source: sources[index]!, target: targets[index]! }),
  };
}
