import { checkOptions, checkValue, text as string, yesOrNo } from "@evenkeel/tensor/checks";

/** How a sentence is split. */
export interface KimWordsOptions {
  /** Whether letters become small; default true. The paper keeps the case of TREC's questions. */
  readonly lowercase?: boolean;
}

/** What is left out: everything but letters and digits of ASCII and this punctuation. */
const others = /[^A-Za-z0-9(),!?'`]/g;

/** Ends of contractions and punctuation, which become tokens. */
const separate = /'s|'ve|n't|'re|'d|'ll|[,!()?]/g;

/**
 * Splits an English sentence into words and some punctuation as the data of Kim 2014 (arXiv:1408.5882) were prepared: characters
 * other than ASCII letters, digits and `( ) , ! ? ' \`` separate words, and the ends of contractions are words. Throws ArgumentError for
 * what is not a string, and for an option that is not listed.
 *
 * @example tokenizeKim("It isn't well-made, is it?") // ["it", "is", "n't", "well", "made", ",", "is", "it", "?"]
 */
export function tokenizeKim(text: string, options: KimWordsOptions = {}): string[] {
  checkValue("tokenizeKim: text", text, string);
  checkOptions<KimWordsOptions>("tokenizeKim", options, { lowercase: yesOrNo });
  const { lowercase = true } = options;
  const separated = text
    .replace(others, " ")
    .replace(separate, (part) => (/^[,!()?]$/.test(part) ? ` ${part} ` : ` ${part}`));
  return (lowercase ? separated.toLowerCase() : separated).match(/\S+/g) ?? [];
}
