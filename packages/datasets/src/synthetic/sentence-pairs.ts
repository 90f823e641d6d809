import type { Seed } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aSeed, checkOptions, oneOf, positiveInteger } from "@evenkeel/tensor/checks";
import type { PairSet, TextPair } from "../published/text-set.ts";
import { RandomStream, streams, toSeedNumber } from "../random/random-stream.ts";

type Gender = "m" | "f" | "n";

const nouns: readonly (readonly [english: string, german: string, gender: Gender])[] = [
  ["dog", "Hund", "m"],
  ["man", "Mann", "m"],
  ["ball", "Ball", "m"],
  ["table", "Tisch", "m"],
  ["garden", "Garten", "m"],
  ["cat", "Katze", "f"],
  ["woman", "Frau", "f"],
  ["street", "Straße", "f"],
  ["bridge", "Brücke", "f"],
  ["child", "Kind", "n"],
  ["horse", "Pferd", "n"],
  ["bicycle", "Fahrrad", "n"],
];

const adjectives: readonly (readonly [english: string, german: string])[] = [
  ["red", "rot"],
  ["young", "jung"],
  ["small", "klein"],
  ["old", "alt"],
  ["quick", "schnell"],
  ["white", "weiß"],
];

const verbs: readonly (readonly [english: string, german: string])[] = [
  ["sees", "sieht"],
  ["seeks", "sucht"],
  ["finds", "findet"],
  ["paints", "malt"],
  ["pulls", "zieht"],
];

const places: readonly (readonly [english: string, german: string])[] = [
  ["today", "heute"],
  ["outside", "draußen"],
  ["here", "hier"],
  ["tomorrow", "morgen"],
];

/** Endings of the indefinite article and of adjectives behind it, as the subject and as the object. */
const endings: { readonly [gender in Gender]: readonly (readonly [article: string, adjective: string])[] } = {
  m: [
    ["", "er"],
    ["en", "en"],
  ],
  f: [
    ["e", "e"],
    ["e", "e"],
  ],
  n: [
    ["", "es"],
    ["", "es"],
  ],
};

/** The options of `syntheticPairs`. */
export interface SyntheticPairsOptions {
  readonly count: number;
  /** Test sentences differ from training sentences in their random numbers. Default: train. */
  readonly part?: "train" | "validation" | "test";
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
}

const rules: Rules<SyntheticPairsOptions> = {
  count: positiveInteger,
  part: /* @__PURE__ */ oneOf("train", "validation", "test"),
  seed: aSeed,
};

/**
 * English sentences of a small grammar and their German translations, to try out translators without a download: articles and
 * adjectives agree with nouns, and the verb stands second.
 *
 * Throws ArgumentError for wrong options.
 *
 * @example syntheticPairs({ count: 1, seed: 1 }).get(0) // { source: "A white quick garden pulls a white cat.", target: "Ein weißer schneller Garten zieht eine weiße Katze." }
 */
export function syntheticPairs(options: SyntheticPairsOptions): PairSet {
  checkOptions<SyntheticPairsOptions>("syntheticPairs", options, rules, ["count"]);
  const { count, part = "train", seed } = options;
  const stream = streams.pairs + ["train", "validation", "test"].indexOf(part);
  const random = new RandomStream(toSeedNumber(seed), stream);
  const pairs = Array.from({ length: count }, () => drawPair(random));
  return {
    name: `synthetic pairs (${part})`,
    languages: ["en", "de"],
    sources: pairs.map(({ source }) => source),
    targets: pairs.map(({ target }) => target),
    length: count,
    get: (index) => pairs[index]!,
  };
}

const pick = <Item>(random: RandomStream, items: readonly Item[]): Item =>
  items[random.integer(0, items.length - 1)]!;

function drawPair(random: RandomStream): TextPair {
  const [verb, verbDe] = pick(random, verbs);
  const subject = drawPhrase(random, 0);
  const object = drawPhrase(random, 1);
  if (random.uniform() < 0.5) return makePair([subject[0], verb, object[0]], [subject[1], verbDe, object[1]]);
  const [place, placeDe] = pick(random, places);
  return makePair([place, subject[0], verb, object[0]], [placeDe, verbDe, subject[1], object[1]]);
}

/** A noun with its article and up to two adjectives, as the subject (0) or the object (1). */
function drawPhrase(random: RandomStream, role: 0 | 1): readonly [english: string, german: string] {
  const [noun, nounDe, gender] = pick(random, nouns);
  const [article, ending] = endings[gender][role]!;
  const chosen = Array.from({ length: random.integer(0, 2) }, () => pick(random, adjectives));
  const first = chosen[0]?.[0] ?? noun;
  return [
    [/^[aeiou]/.test(first) ? "an" : "a", ...chosen.map(([english]) => english), noun].join(" "),
    [`ein${article}`, ...chosen.map(([, german]) => german + ending), nounDe].join(" "),
  ];
}

const makePair = (source: readonly string[], target: readonly string[]): TextPair => ({
  source: punctuate(source.join(" ")),
  target: punctuate(target.join(" ")),
});

const punctuate = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
