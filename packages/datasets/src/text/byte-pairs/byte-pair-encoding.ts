import { ArgumentError, DataError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import {
  checkOptions,
  checkValue,
  describeValue,
  listOf,
  text as string,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { DecodingOptions, SequenceOptions } from "../vocabulary.ts";
import { listTokens, Vocabulary } from "../vocabulary.ts";
import type { MergeTable } from "./merge-table.ts";
import { mergeSymbols, toPairKey } from "./merge-table.ts";
import type { Spelling, Unit } from "./spelling.ts";
import { aUnit, makeSpelling } from "./spelling.ts";

/** What a byte-pair encoding consists of. */
export interface BytePairs {
  readonly unit: Unit;
  readonly vocabulary: Vocabulary;
  /** The pairs of tokens that become one token, the first ones first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
}

const bytePairsRules: Rules<BytePairs> = {
  unit: aUnit,
  vocabulary: { expected: "a Vocabulary", accepts: (value) => value instanceof Vocabulary },
  merges: /* @__PURE__ */ listOf(/* @__PURE__ */ listOf(string, 2)),
};

/** The number of pieces whose tokens are remembered. */
const mostRemembered = 2 ** 16;
/** Longer pieces are rarely words, and are not remembered. */
const longestRemembered = 64;

/**
 * Encodes texts as tokens that were merged from bytes or characters (Sennrich, Haddow and Birch 2016). `trainBytePairs` makes one
 * from texts, `readBytePairs` from the files of GPT-2 and of Hugging Face's tokenizers.
 *
 * With the unit "byte", each text has tokens, and decoding returns the text exactly if it is well-formed Unicode. With the
 * unit "character", white space only divides words: decoding returns the words with one space between them, and a
 * character that training did not meet becomes `unk`. A text never gives special tokens, even if it contains their names.
 *
 * Throws ArgumentError if a merge has tokens that are not in the vocabulary.
 *
 * @example new BytePairEncoding({ unit: "character", vocabulary: new Vocabulary(["a", "b</w>", "ab</w>"]), merges: [["a", "b</w>"]] }).encode("ab ab") // Int32Array [2, 2]
 */
export class BytePairEncoding implements BytePairs {
  readonly unit: Unit;
  readonly vocabulary: Vocabulary;
  readonly merges: readonly (readonly [left: string, right: string])[];
  private readonly spelling: Spelling;
  private readonly table: MergeTable;
  private readonly remembered = new Map<string, readonly number[]>();

  constructor(parts: BytePairs) {
    checkOptions<BytePairs>("BytePairEncoding", parts, bytePairsRules, ["unit", "vocabulary", "merges"]);
    this.unit = parts.unit;
    this.vocabulary = parts.vocabulary;
    this.merges = parts.merges.map(([left, right]) => [left, right] as const);
    this.spelling = makeSpelling(parts.unit);
    this.table = makeMergeTable(parts);
  }

  /** The indices of the tokens of a text. Throws ArgumentError for an unknown character if there is no `unk`. */
  encode(text: string, options: SequenceOptions = {}): Int32Array {
    checkValue("BytePairEncoding: encode: text", text, string);
    const indices: number[] = [];
    for (const piece of this.spelling.split(text)) {
      for (const index of this.encodePiece(piece)) indices.push(index);
    }
    return this.vocabulary.frame(indices, options);
  }

  private encodePiece(piece: string): readonly number[] {
    const known = this.remembered.get(piece);
    if (known !== undefined) return known;
    const symbols = this.spelling.spell(piece).map((symbol) => this.vocabulary.getIndex(symbol));
    const indices = mergeSymbols(symbols, this.table);
    if (piece.length <= longestRemembered) {
      if (this.remembered.size >= mostRemembered) this.remembered.clear();
      this.remembered.set(piece, indices);
    }
    return indices;
  }

  /** The tokens of a text. */
  tokenize(text: string): string[] {
    return Array.from(this.encode(text), (index) => this.vocabulary.tokens[index]!);
  }

  /** The text of indices, without the special tokens. Throws ArgumentError for an index without a token. */
  decode(indices: ArrayLike<number>, options: DecodingOptions = {}): string {
    checkOptions<DecodingOptions>("BytePairEncoding: decode", options, { specials: yesOrNo });
    const { vocabulary, spelling } = this;
    const tokens = vocabulary.decode(indices, options);
    if (options.specials !== true) return spelling.join(tokens);
    const special = listTokens(vocabulary.specials);
    let text = "";
    let run: string[] = [];
    for (const token of tokens) {
      if (special.includes(token)) {
        text += spelling.join(run) + token;
        run = [];
      } else run.push(token);
    }
    return text + spelling.join(run);
  }

  /** What `JSON.stringify` saves and `fromJSON` reads. */
  toJSON(): BytePairs {
    const { unit, vocabulary, merges } = this;
    return { unit, vocabulary, merges };
  }

  /** Reads an encoding that was saved as JSON. Throws DataError for anything else. */
  static fromJSON(json: unknown): BytePairEncoding {
    const { unit, vocabulary, merges } = (json ?? {}) as { readonly [part in keyof BytePairs]?: unknown };
    return readParts("BytePairEncoding.fromJSON", () => ({
      unit: unit as Unit,
      vocabulary: Vocabulary.fromJSON(vocabulary),
      merges: merges as BytePairs["merges"],
    }));
  }
}

/** Makes an encoding of parts that come from a file, whose faults are a DataError. */
export function readParts(where: string, read: () => BytePairs): BytePairEncoding {
  try {
    return new BytePairEncoding(read());
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new DataError(`${where}: ${error.message}`, { cause: error });
  }
}

function makeMergeTable({ vocabulary, merges }: BytePairs): MergeTable {
  const find = (token: string, rank: number): number => {
    if (vocabulary.has(token)) return vocabulary.getIndex(token);
    throw new ArgumentError(
      `BytePairEncoding: merges: found the token ${describeValue(token)} in merge ${rank}, expected one of the vocabulary`,
    );
  };
  const table = new Map<number, { readonly rank: number; readonly merged: number }>();
  merges.forEach(([left, right], rank) => {
    const key = toPairKey(find(left, rank), find(right, rank));
    if (!table.has(key)) table.set(key, { rank, merged: find(left + right, rank) });
  });
  return table;
}

/** Accepts a byte-pair encoding. */
export const aBytePairEncoding: Rule = {
  expected: "a BytePairEncoding",
  accepts: (value) => value instanceof BytePairEncoding,
};
