import { DataError } from "@evenkeel/tensor";
import {
  checkOptions,
  checkValue,
  describeValue,
  isRecord,
  nonNegativeInteger,
  text as string,
} from "@evenkeel/tensor/checks";
import type { Specials } from "../vocabulary.ts";
import { someSpecials, Vocabulary } from "../vocabulary.ts";
import type { BytePairEncoding } from "./byte-pair-encoding.ts";
import { aBytePairEncoding, readParts } from "./byte-pair-encoding.ts";
import type { Unit } from "./spelling.ts";
import { aUnit } from "./spelling.ts";

/** The two files of a byte-pair encoding, as GPT-2 and Hugging Face's tokenizers save them. */
export interface BytePairFiles {
  /** The text of vocab.json: an object of tokens and their indices. */
  readonly vocab: string;
  /** The text of merges.txt: a line for each merge, with the two tokens. */
  readonly merges: string;
}

export interface BytePairFilesOptions {
  /** "byte" for the files of GPT-2, "character" for those in which words end with `</w>`. Default: "byte". */
  readonly unit?: Unit;
  /** The special tokens, which the files do not name, such as `{ eos: "<|endoftext|>" }`. Default: none. */
  readonly specials?: Specials;
}

/**
 * Reads a byte-pair encoding from vocab.json and merges.txt. Throws DataError for damaged files, and ArgumentError for wrong
 * options.
 *
 * @example readBytePairs(writeBytePairs(trainBytePairs(["aa aa"], { vocabularySize: 261 }))).vocabulary.size // 261
 */
export function readBytePairs(files: BytePairFiles, options: BytePairFilesOptions = {}): BytePairEncoding {
  checkOptions<BytePairFiles>("readBytePairs: files", files, { vocab: string, merges: string }, [
    "vocab",
    "merges",
  ]);
  checkOptions<BytePairFilesOptions>("readBytePairs", options, { unit: aUnit, specials: someSpecials });
  const { unit = "byte", specials = {} } = options;
  return readParts("readBytePairs", () => ({
    unit,
    vocabulary: new Vocabulary(readTokens(files.vocab), specials),
    merges: readMerges(files.merges),
  }));
}

/** The tokens in the order of their indices. */
function readTokens(vocab: string): string[] {
  let indices: unknown;
  try {
    indices = JSON.parse(vocab);
  } catch (error) {
    throw new DataError(`readBytePairs: vocab: found ${(error as Error).message}, expected JSON`, {
      cause: error,
    });
  }
  if (typeof indices !== "object" || indices === null || !isRecord(indices)) {
    throw new DataError(
      `readBytePairs: vocab: found ${describeValue(indices)}, expected an object of tokens and indices`,
    );
  }
  const entries = Object.entries(indices) as [string, unknown][];
  const isIndex = (index: unknown): index is number =>
    nonNegativeInteger.accepts(index) && (index as number) < entries.length;
  const tokens = new Array<string | undefined>(entries.length);
  for (const [token, index] of entries) {
    if (!isIndex(index) || tokens[index] !== undefined) {
      throw new DataError(
        `readBytePairs: vocab: found the index ${describeValue(index)} for ${describeValue(token)}, expected each integer from 0 to ${entries.length - 1} once`,
      );
    }
    tokens[index] = token;
  }
  return tokens as string[];
}

function readMerges(merges: string): [string, string][] {
  const found: [string, string][] = [];
  merges.split(/\r?\n/).forEach((line, index) => {
    if (line === "" || (index === 0 && line.startsWith("#version"))) return;
    const tokens = line.split(" ");
    if (tokens.length !== 2 || tokens.includes("")) {
      throw new DataError(
        `readBytePairs: merges: line ${index + 1}: found ${describeValue(line)}, expected two tokens with a space between them`,
      );
    }
    found.push(tokens as [string, string]);
  });
  return found;
}

/**
 * Writes a byte-pair encoding as vocab.json and merges.txt, which Hugging Face's tokenizers read. Throws ArgumentError for
 * anything else.
 *
 * @example writeBytePairs(trainBytePairs(["aa aa"], { vocabularySize: 261 })).merges // "#version: 0.2\na a\n"
 */
export function writeBytePairs(encoding: BytePairEncoding): BytePairFiles {
  checkValue("writeBytePairs: encoding", encoding, aBytePairEncoding);
  const { vocabulary, merges } = encoding;
  const indices = Object.fromEntries(vocabulary.tokens.map((token, index) => [token, index]));
  const lines = merges.map(([left, right]) => `${left} ${right}`);
  return { vocab: JSON.stringify(indices), merges: `${["#version: 0.2", ...lines].join("\n")}\n` };
}
