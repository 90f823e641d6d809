import { checkValue, listOf, text as string } from "@evenkeel/tensor/checks";

/**
 * The kinds of tokens; the first one that fits is taken:
 *
 * 1. dots in a row, as an ellipsis: `...`;
 * 2. letters with dots between them: `U.S.`, `e.g.`;
 * 3. a number with separators inside: `1,000.50`, `12:30`;
 * 4. the end of a contraction, with its apostrophe: `'s`, `'t`;
 * 5. letters, digits and underscores, with hyphens between them: `well-known`, `B2B`;
 * 6. any other character that is not white space, such as punctuation or an emoji.
 */
const tokens: RegExp =
  /\.{2,}|(?<![\p{L}\p{M}\p{N}_])(?:\p{L}\.){2,}|(?<![\p{L}\p{M}\p{N}_])\p{N}+(?:[.,:]\p{N}+)+(?![\p{L}\p{M}\p{N}_])|(?<=[\p{L}\p{M}\p{N}])['’]\p{L}+|[\p{L}\p{M}\p{N}_]+(?:-[\p{L}\p{M}\p{N}_]+)*|\S/gu;

/**
 * Splits a text into words, numbers and punctuation, in the manner of the tokenizer of Moses: "don't" becomes `don`, `'t`, words
 * with hyphens stay whole, and the dot after a sentence is a token. It uses no list of abbreviations, so it gives the same
 * tokens for every language: "Mr." becomes `Mr`, `.`. Throws ArgumentError for what is not a string.
 *
 * @example tokenizeWords("It's 3.5 km away.") // ["It", "'s", "3.5", "km", "away", "."]
 */
export function tokenizeWords(text: string): string[] {
  checkValue("tokenizeWords: text", text, string);
  return text.match(tokens) ?? [];
}

const noSpaceBefore = /^(?:[,;:!?%)\]}»…]|\.+|['’]\p{L}+)$/u;
const noSpaceAfter = /^[([{«¿¡$£#]$/u;
const quotationMark = /^["„“”]$/u;

/**
 * Joins tokens of `tokenizeWords` into a readable text: there is no space before punctuation, nor inside brackets and
 * quotation marks. Throws ArgumentError for what is not an array of strings.
 *
 * @example joinWords(["It", "'s", "3.5", "km", "(", "away", ")", "."]) // "It's 3.5 km (away)."
 */
export function joinWords(words: readonly string[]): string {
  checkValue("joinWords: words", words, listOf(string));
  let joined = "";
  let isQuoted = false;
  let isAttached = true;
  for (const word of words) {
    const isQuote = quotationMark.test(word);
    // “ opens in English and closes in German, where „ opens.
    const closesQuote: boolean = isQuote && (word === "”" || (isQuoted && word !== "„"));
    joined += isAttached || closesQuote || noSpaceBefore.test(word) ? word : ` ${word}`;
    isAttached = (isQuote && !closesQuote) || noSpaceAfter.test(word);
    if (isQuote) isQuoted = !closesQuote;
  }
  return joined;
}
