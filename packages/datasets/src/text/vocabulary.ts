import { ArgumentError, DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  checkOptions,
  checkValue,
  describeValue,
  getBuiltinName,
  isRecord,
  listOf,
  nonNegativeInteger,
  positiveInteger,
  text,
  yesOrNo,
} from "@evenkeel/tensor/checks";

/** The tokens with a role: padding, unknown tokens, and the begin and end of a sequence. A role may be absent. */
export interface Specials {
  readonly pad?: string;
  readonly unk?: string;
  readonly bos?: string;
  readonly eos?: string;
}

export const defaultSpecials: Specials = { pad: "<pad>", unk: "<unk>", bos: "<bos>", eos: "<eos>" };

const specialsRules = { pad: text, unk: text, bos: text, eos: text };

const someIndices: Rule = {
  expected: "a list or an array of indices",
  accepts: (value) => Array.isArray(value) || ArrayBuffer.isView(value),
};

/** Accepts a record of the names of special tokens. */
export const someSpecials: Rule = {
  expected: `the tokens of some of the roles ${Object.keys(specialsRules).join(", ")}`,
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    isRecord(value) &&
    Object.entries(value).every(
      ([role, token]) =>
        Object.hasOwn(specialsRules, role) && (token === undefined || typeof token === "string"),
    ),
};

export interface SequenceOptions {
  /** Whether the sequence begins with the `bos` token. Default: false. */
  readonly bos?: boolean;
  /** Whether the sequence ends with the `eos` token. Default: false. */
  readonly eos?: boolean;
}

export interface DecodingOptions {
  /** Whether special tokens are kept. Default: false. */
  readonly specials?: boolean;
}

export interface VocabularyOptions {
  /** The number of times that a token must occur. Default: 1. */
  readonly minFrequency?: number;
  /** The largest number of tokens, special ones included; the most frequent ones are kept. Default: no limit. */
  readonly maxSize?: number;
  /** Default: `<pad>`, `<unk>`, `<bos>`, `<eos>`, at the indices 0 to 3. */
  readonly specials?: Specials;
}

/**
 * Tokens and their indices. Throws ArgumentError if a token occurs twice, or the token of a role is not among them.
 *
 * @example new Vocabulary(["<pad>", "<unk>", "a", "b"], { pad: "<pad>", unk: "<unk>" }).encode(["b", "c"]) // Int32Array [3, 1]
 */
export class Vocabulary {
  /** The tokens in the order of their indices. */
  readonly tokens: readonly string[];
  readonly specials: Specials;
  private readonly indices: ReadonlyMap<string, number>;
  private readonly specialIndices: ReadonlySet<number>;

  constructor(tokens: readonly string[], specials: Specials = {}) {
    checkValue("Vocabulary: tokens", tokens, listOf(text));
    checkValue("Vocabulary: specials", specials, someSpecials);
    this.tokens = [...tokens];
    this.specials = { ...specials };
    this.indices = new Map(tokens.map((token, index) => [token, index]));
    if (this.indices.size < tokens.length) {
      const twice = tokens.find((token, index) => this.indices.get(token) !== index);
      throw new ArgumentError(`Vocabulary: tokens: found ${describeValue(twice)} twice, expected it once`);
    }
    for (const [role, token] of Object.entries(specials)) {
      if (token === undefined || this.indices.has(token)) continue;
      throw new ArgumentError(
        `Vocabulary: specials: ${role}: found ${describeValue(token)}, expected one of the tokens`,
      );
    }
    this.specialIndices = new Set(listTokens(specials).map((token) => this.indices.get(token)!));
  }

  get size(): number {
    return this.tokens.length;
  }

  /** The index of the token for padding. Throws ArgumentError if there is none, as the next ones do. */
  get pad(): number {
    return this.getSpecial("pad");
  }

  get unk(): number {
    return this.getSpecial("unk");
  }

  get bos(): number {
    return this.getSpecial("bos");
  }

  get eos(): number {
    return this.getSpecial("eos");
  }

  private getSpecial(role: keyof Specials): number {
    const token = this.specials[role];
    if (token !== undefined) return this.indices.get(token)!;
    throw new ArgumentError(`Vocabulary: found no token for ${role}, expected one among the specials`);
  }

  has(token: string): boolean {
    return this.indices.has(token);
  }

  /** The index of a token, or of `unk`. Throws ArgumentError for an unknown token if there is no `unk`. */
  getIndex(token: string): number {
    const index = this.indices.get(token);
    if (index !== undefined) return index;
    if (this.specials.unk !== undefined) return this.unk;
    throw new ArgumentError(
      `Vocabulary: found the token ${describeValue(token)}, expected one of the ${this.size} tokens, because there is no token for unk`,
    );
  }

  /** The indices of tokens. A token with the name of a special one gets the index of that one. */
  encode(tokens: readonly string[], options: SequenceOptions = {}): Int32Array {
    checkValue("Vocabulary: encode: tokens", tokens, listOf(text));
    return this.frame(
      tokens.map((token) => this.getIndex(token)),
      options,
    );
  }

  /** Adds `bos` and `eos` to indices as the options say. */
  frame(indices: ArrayLike<number>, options: SequenceOptions = {}): Int32Array {
    checkOptions<SequenceOptions>("Vocabulary: encode", options, { bos: yesOrNo, eos: yesOrNo });
    const before = options.bos ? [this.bos] : [];
    const after = options.eos ? [this.eos] : [];
    const framed = new Int32Array(before.length + indices.length + after.length);
    framed.set(before);
    framed.set(indices, before.length);
    framed.set(after, before.length + indices.length);
    return framed;
  }

  /** The tokens of indices, without the special ones. Throws ArgumentError for an index without a token. */
  decode(indices: ArrayLike<number>, options: DecodingOptions = {}): string[] {
    checkOptions<DecodingOptions>("Vocabulary: decode", options, { specials: yesOrNo });
    checkValue("Vocabulary: decode: indices", indices, someIndices);
    const found: string[] = [];
    for (const index of Array.from(indices)) {
      if (options.specials !== true && this.specialIndices.has(index)) continue;
      const token = this.tokens[index];
      if (token === undefined) {
        throw new ArgumentError(
          `Vocabulary: decode: found the index ${describeValue(index)}, expected an integer from 0 to ${this.size - 1}`,
        );
      }
      found.push(token);
    }
    return found;
  }

  /** What `JSON.stringify` saves and `fromJSON` reads. */
  toJSON(): { readonly tokens: readonly string[]; readonly specials: Specials } {
    return { tokens: this.tokens, specials: this.specials };
  }

  /**
   * Reads a vocabulary that was saved as JSON. Throws DataError for anything else.
   *
   * @example Vocabulary.fromJSON(JSON.parse(JSON.stringify(new Vocabulary(["a", "b"])))).size // 2
   */
  static fromJSON(json: unknown): Vocabulary {
    const { tokens, specials } = (json ?? {}) as { readonly tokens?: unknown; readonly specials?: unknown };
    try {
      return new Vocabulary(tokens as string[], (specials ?? {}) as Specials);
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      throw new DataError(`Vocabulary.fromJSON: ${error.message}`, { cause: error });
    }
  }
}

/** The tokens of roles, each once. */
export const listTokens = (specials: Specials): string[] => [
  ...new Set(Object.values(specials).filter((token): token is string => token !== undefined)),
];

/**
 * Counts the tokens of sentences. Throws ArgumentError for a sentence that is not an array of strings.
 *
 * @example countTokens([["a", "b"], ["a"]]).get("a") // 2
 */
export function countTokens(sentences: Iterable<readonly string[]>): Map<string, number> {
  checkValue("countTokens: sentences", sentences, iterable);
  const counts = new Map<string, number>();
  for (const sentence of sentences) {
    checkValue("countTokens: sentence", sentence, listOf(text));
    for (const token of sentence) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}

/** Accepts what `for ... of` can go through, except a string. */
export const iterable: Rule = {
  expected: "an array or another iterable",
  accepts: (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
};

const counted: Rule = {
  expected: "a Map of tokens and their counts",
  accepts: (value) =>
    getBuiltinName(value) === "Map" &&
    [...(value as Map<unknown, unknown>)].every(
      ([token, count]) => typeof token === "string" && nonNegativeInteger.accepts(count),
    ),
};

/**
 * Builds a vocabulary from counts: the special tokens, then the others by falling count. Tokens of equal count are in the order
 * of their UTF-16 code units, so the same counts give the same indices everywhere. Throws ArgumentError for wrong options.
 *
 * @example buildVocabulary(countTokens([["b", "a", "b"]])).tokens // ["<pad>", "<unk>", "<bos>", "<eos>", "b", "a"]
 */
export function buildVocabulary(
  counts: ReadonlyMap<string, number>,
  options: VocabularyOptions = {},
): Vocabulary {
  checkValue("buildVocabulary: counts", counts, counted);
  checkOptions<VocabularyOptions>("buildVocabulary", options, {
    minFrequency: positiveInteger,
    maxSize: positiveInteger,
    specials: someSpecials,
  });
  const { minFrequency = 1, maxSize = Number.POSITIVE_INFINITY, specials = defaultSpecials } = options;
  const first = listTokens(specials);
  if (maxSize < first.length) {
    throw new ArgumentError(
      `buildVocabulary: maxSize: found ${maxSize}, expected at least the ${first.length} special tokens`,
    );
  }
  const others = [...counts]
    .filter(([token, count]) => count >= minFrequency && !first.includes(token))
    .sort(([one, count], [other, otherCount]) => otherCount - count || (one < other ? -1 : 1))
    .slice(0, maxSize - first.length);
  return new Vocabulary([...first, ...others.map(([token]) => token)], specials);
}
