export type { BytePairs } from "./byte-pairs/byte-pair-encoding.ts";
export { BytePairEncoding } from "./byte-pairs/byte-pair-encoding.ts";
export type { BytePairFiles, BytePairFilesOptions } from "./byte-pairs/files.ts";
export { readBytePairs, writeBytePairs } from "./byte-pairs/files.ts";
export type { Unit } from "./byte-pairs/spelling.ts";
export type { BytePairOptions } from "./byte-pairs/train.ts";
export { trainBytePairs } from "./byte-pairs/train.ts";
export type { KimWordsOptions } from "./kim-words.ts";
export { tokenizeKim } from "./kim-words.ts";
export type { NormalizationOptions } from "./normalize-text.ts";
export { normalizeText } from "./normalize-text.ts";
export type {
  DecodingOptions,
  SequenceOptions,
  Specials,
  VocabularyOptions,
} from "./vocabulary.ts";
export { buildVocabulary, countTokens, Vocabulary } from "./vocabulary.ts";
export { joinWords, tokenizeWords } from "./words.ts";
