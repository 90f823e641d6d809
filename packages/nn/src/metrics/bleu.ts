import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import {
  anArray,
  checkOptions,
  checkValue,
  finite,
  integer,
  listOf,
  oneOf,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import type { PassMetric } from "../training/measurements/measures.ts";
import { countMatches, countNGrams, joinCounts } from "./n-grams.ts";
import type { TokenOptions } from "./token-metric.ts";
import { makeTokenCounter } from "./token-metric.ts";

export interface BleuSettings {
  /** The length of the longest runs of tokens that are compared; default 4. */
  readonly maxOrder?: number;
  /**
   * What is used where no run of some length matches: nothing, so that the score is 0, or `exponential`, half of what stood
   * there before for each such length (as sacreBLEU does). Default: none.
   */
  readonly smoothing?: "none" | "exponential";
}

export interface BleuOptions extends BleuSettings, TokenOptions {}

const settingRules = { maxOrder: positiveInteger, smoothing: /* @__PURE__ */ oneOf("none", "exponential") };

/** Matches of each length, runs of each length, then the numbers of tokens of the hypothesis and of the closest reference. */
function countText<Token>(
  hypothesis: readonly Token[],
  references: readonly (readonly Token[])[],
  maxOrder: number,
): number[] {
  const orders = Array.from({ length: maxOrder }, (_, index) => index + 1);
  const matches = orders.map((order) =>
    countMatches(
      countNGrams(hypothesis, order),
      joinCounts(references.map((reference) => countNGrams(reference, order))),
    ),
  );
  const runs = orders.map((order) => Math.max(0, hypothesis.length - order + 1));
  const distance = (length: number): number => Math.abs(length - hypothesis.length);
  const closest = references
    .map(({ length }) => length)
    .reduce((best, length) => {
      if (distance(length) === distance(best)) return Math.min(best, length);
      return distance(length) < distance(best) ? length : best;
    }, Number.POSITIVE_INFINITY);
  return [...matches, ...runs, hypothesis.length, closest];
}

/** exp(min(0, 1 - r / h)) times the geometric mean of the shares of runs that match (Papineni et al. 2002). */
function computeScore(counts: readonly number[], smoothing: BleuSettings["smoothing"]): number {
  const maxOrder = (counts.length - 2) / 2;
  const [found, expected] = counts.slice(-2) as [number, number];
  let [logs, halved] = [0, 1];
  for (let order = 0; order < maxOrder; order++) {
    const [matches, runs] = [counts[order]!, counts[maxOrder + order]!];
    if (runs === 0) return 0;
    if (matches === 0) {
      if (smoothing !== "exponential") return 0;
      halved *= 2;
    }
    logs += Math.log(matches === 0 ? 1 / (halved * runs) : matches / runs);
  }
  return Math.exp(Math.min(0, 1 - expected / found) + logs / maxOrder);
}

/**
 * The BLEU score of a corpus, in [0, 1]: how many runs of tokens of translations are in one of their references, with a penalty
 * for translations that are too short (Papineni et al. 2002). Tokens may be words or numbers; texts are not split into words here.
 *
 * @throws ArgumentError for options out of range, and unless each text has a reference
 * @example computeBleu([["the", "cat", "sat", "down"]], [[["the", "cat", "sat", "here"]]], { maxOrder: 2 }) // 0.7071
 */
export function computeBleu<Token>(
  hypotheses: readonly (readonly Token[])[],
  references: readonly (readonly (readonly Token[])[])[],
  options: BleuSettings = {},
): number {
  checkValue("computeBleu: hypotheses", hypotheses, listOf(anArray));
  checkValue("computeBleu: references", references, listOf(listOf(anArray)));
  checkOptions<BleuSettings>("computeBleu", options, settingRules);
  if (references.length !== hypotheses.length || references.some(({ length }) => length === 0)) {
    throw new ArgumentError(
      `computeBleu: references: found those of ${references.length} texts, expected at least one for each of ${hypotheses.length}`,
    );
  }
  const { maxOrder = 4, smoothing } = options;
  const totals = new Array<number>(2 * maxOrder + 2).fill(0);
  hypotheses.forEach((hypothesis, text) => {
    countText(hypothesis, references[text]!, maxOrder).forEach((count, index) => {
      totals[index]! += count;
    });
  });
  return computeScore(totals, smoothing);
}

/**
 * What one text adds to the BLEU score of a corpus: matches and runs of tokens by length, and its length beside that of the closest
 * reference. `scoreBleu` makes a score of sums; `computeBootstrapInterval` takes both.
 *
 * @throws ArgumentError for options out of range, and without a reference
 * @example computeBootstrapInterval([countBleu(["a", "cat", "sits", "here"], [["a", "cat", "sits", "there"]])], scoreBleu)
 */
export function countBleu<Token>(
  hypothesis: readonly Token[],
  references: readonly (readonly Token[])[],
  options: Pick<BleuSettings, "maxOrder"> = {},
): readonly number[] {
  checkValue("countBleu: hypothesis", hypothesis, anArray);
  checkValue("countBleu: references", references, listOf(anArray));
  checkOptions<typeof options>("countBleu", options, { maxOrder: positiveInteger });
  if (references.length > 0) return countText(hypothesis, references, options.maxOrder ?? 4);
  throw new ArgumentError("countBleu: references: found none, expected at least one");
}

/**
 * The BLEU score, in [0, 1], of the summed counts of texts.
 *
 * @throws ArgumentError for options out of range
 * @example scoreBleu(countBleu(["a", "cat"], [["a", "cat"]], { maxOrder: 2 })) // 1
 */
export function scoreBleu(totals: readonly number[], options: Pick<BleuSettings, "smoothing"> = {}): number {
  checkValue("scoreBleu: totals", totals, listOf(finite));
  checkOptions<typeof options>("scoreBleu", options, { smoothing: settingRules.smoothing });
  return computeScore(totals, options.smoothing);
}

/**
 * The BLEU score of the tokens of a whole pass, in [0, 1]: a metric of translators for `fit` and `evaluate`. A step on the host counts
 * what matches, while the device goes on. See `computeBleu` for texts.
 *
 * Shapes: tokens, i32 [n, length], or logits, f32 or f16 [n, length, classes], of which the largest counts, and references, i32
 * [n, length] or several of each text, [n, references, length]; the lengths may differ. `counts` throws ShapeError where they do not fit, DTypeError for other dtypes.
 *
 * @example
 * const loss = (logits: Tensor, tokens: Tensor) => crossEntropy(logits, tokens, { axis: -1, ignoreIndex: 0 });
 * await evaluate(model, { data: test, loss, metrics: { bleu: bleu({ end: 2, ignored: [0] }) } });
 */
export function bleu(options: BleuOptions = {}): PassMetric<Tensor, Tensor> {
  checkOptions<BleuOptions>("bleu", options, { ...settingRules, ignored: listOf(integer), end: integer });
  const { maxOrder = 4, smoothing, ...tokens } = options;
  return {
    counts: makeTokenCounter("bleu", 2 * maxOrder + 2, tokens, (hypothesis, references) =>
      countText(hypothesis, references, maxOrder),
    ),
    of: (totals) => computeScore(totals, smoothing),
  };
}
