import { ArgumentError } from "@evenkeel/tensor";
import { checkOptions, checkValue, positiveInteger, text as string } from "@evenkeel/tensor/checks";
import type { Specials } from "../vocabulary.ts";
import { defaultSpecials, iterable, listTokens, someSpecials, Vocabulary } from "../vocabulary.ts";
import { BytePairEncoding } from "./byte-pair-encoding.ts";
import type { Spelling, Unit } from "./spelling.ts";
import { aUnit, makeSpelling } from "./spelling.ts";
import { trainMerges } from "./train-merges.ts";

export interface BytePairOptions {
  /** The largest number of tokens, the special ones and all bytes or characters included. */
  readonly vocabularySize: number;
  /**
   * "byte" gives tokens to every text, "character" is the method of the paper, which needs fewer tokens for one language.
   * Default: "byte".
   */
  readonly unit?: Unit;
  /** The number of times that a pair must occur to be merged. Default: 2. */
  readonly minFrequency?: number;
  /** Default: `<pad>`, `<unk>`, `<bos>`, `<eos>`, at the indices 0 to 3. */
  readonly specials?: Specials;
}

/**
 * Trains a byte-pair encoding on texts: the most frequent pair of tokens becomes a new token, again and again. Of pairs of equal
 * count the one of the lowest indices is taken, so the same texts give the same tokens everywhere. With the unit
 * "character", give it texts of `tokenizeWords(text).join(" ")`, or punctuation becomes part of words.
 *
 * The order is that of Hugging Face's `BpeTrainer`. Throws ArgumentError for wrong options, for a text that is not a string,
 * and for a vocabulary that is too small for the bytes or characters.
 *
 * @example trainBytePairs(["low low lower lowest"], { vocabularySize: 270 }).tokenize("lowest") // ["low", "est"]
 */
export function trainBytePairs(texts: Iterable<string>, options: BytePairOptions): BytePairEncoding {
  checkValue("trainBytePairs: texts", texts, iterable);
  checkOptions<BytePairOptions>(
    "trainBytePairs",
    options,
    { vocabularySize: positiveInteger, unit: aUnit, minFrequency: positiveInteger, specials: someSpecials },
    ["vocabularySize"],
  );
  const { vocabularySize, unit = "byte", minFrequency = 2, specials = defaultSpecials } = options;
  const spelling = makeSpelling(unit);
  const counts = countPieces(texts, spelling);
  const alphabet = spelling.complete(new Set([...counts.keys()].flatMap((piece) => spelling.spell(piece))));
  const tokens = [...new Set([...listTokens(specials), ...alphabet])];
  if (vocabularySize < tokens.length) {
    throw new ArgumentError(
      `trainBytePairs: vocabularySize: found ${vocabularySize}, expected at least ${tokens.length}, the number of special tokens and ${unit}s`,
    );
  }
  const special = new Set(listTokens(specials));
  const merges = trainMerges(counts, tokens, {
    vocabularySize,
    minFrequency,
    spell: spelling.spell,
    canJoin: (left, right) => !special.has(left + right) && spelling.canJoin(left, right),
  });
  return new BytePairEncoding({ unit, vocabulary: new Vocabulary(tokens, specials), merges });
}

function countPieces(texts: Iterable<string>, spelling: Spelling): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    checkValue("trainBytePairs: text", text, string);
    for (const piece of spelling.split(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return counts;
}
