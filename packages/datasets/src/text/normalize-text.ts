import { checkOptions, checkValue, nullOr, oneOf, text as string, yesOrNo } from "@evenkeel/tensor/checks";

export interface NormalizationOptions {
  /**
   * The Unicode form. NFC writes each accented letter in one way; NFKC also replaces compatibility characters, such as the
   * ligature "ﬁ" and full-width letters; null keeps the form. Default: "NFC".
   */
  readonly form?: "NFC" | "NFD" | "NFKC" | "NFKD" | null;
  /** Whether letters become small, in the same way in every language. Default: false. */
  readonly lowercase?: boolean;
  /** Whether accents and other combining marks are removed: "é" becomes "e", but "ø" has no mark. Default: false. */
  readonly unaccented?: boolean;
  /** Whether each run of white space becomes one space, with none at either end. Default: true. */
  readonly singleSpaced?: boolean;
}

/**
 * Normalizes the Unicode form, letter case, accents and white space of a text, so that texts that look the same get the same
 * tokens. Throws ArgumentError for wrong options and for what is not a string.
 *
 * @example normalizeText("  Cafe\u0301  au lait ", { lowercase: true, unaccented: true }) // "cafe au lait"
 */
export function normalizeText(text: string, options: NormalizationOptions = {}): string {
  checkValue("normalizeText: text", text, string);
  checkOptions<NormalizationOptions>("normalizeText", options, {
    form: nullOr(oneOf("NFC", "NFD", "NFKC", "NFKD")),
    lowercase: yesOrNo,
    unaccented: yesOrNo,
    singleSpaced: yesOrNo,
  });
  const { form = "NFC", lowercase = false, unaccented = false, singleSpaced = true } = options;
  const withForm = (part: string): string => (form === null ? part : part.normalize(form));
  // Compatibility characters become letters before the letters become small.
  const cased = lowercase ? withForm(text).toLowerCase() : withForm(text);
  const bare = unaccented ? cased.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC") : cased;
  const formed = withForm(bare);
  return singleSpaced ? formed.replace(/\s+/gu, " ").trim() : formed;
}
