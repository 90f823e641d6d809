import type { Tensor } from "@evenkeel/tensor";
import { add, cast, logSoftmax, reshape, tensor, topK } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { callable, checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import type { LengthPenalty } from "./length-penalty.ts";
import { powerPenalty } from "./length-penalty.ts";
import { readAndDispose } from "./read-and-dispose.ts";
import type { DecodingOptions, FoundText, TokenDecoder } from "./token-decoder.ts";
import { aTokenDecoder, DecodingRun, decodingRules } from "./token-decoder.ts";

export interface BeamSearchOptions extends DecodingOptions {
  /** The number of texts that are continued side by side for each input. Default: 5. */
  readonly beams?: number;
  /** Default: `powerPenalty(1)`, the mean over the tokens. */
  readonly lengthPenalty?: LengthPenalty;
}

/** A text that a beam search found. */
export interface RankedText extends FoundText {
  /** The log probability, divided by the length penalty. */
  readonly score: number;
}

/** A text that goes on. */
interface OpenText {
  readonly tokens: readonly number[];
  readonly logProbability: number;
}

/** The texts of one input. */
interface Beam {
  readonly ended: RankedText[];
  open: readonly OpenText[];
}

interface Candidate {
  /** The place of the text that it continues. */
  readonly parent: number;
  readonly token: number;
  readonly logProbability: number;
}

interface Settings {
  readonly end: number;
  readonly width: number;
  readonly lengthPenalty: LengthPenalty;
}

const start: OpenText = { tokens: [], logProbability: 0 };

const rules: Rules<BeamSearchOptions> = { ...decodingRules, beams: positiveInteger, lengthPenalty: callable };

/**
 * Searches for the texts of the highest scores, for each input. In every step the most probable continuations of the open texts of an
 * input are kept. An input is done when as many texts as beams have ended and no open one has, at its present length, a better
 * score than the worst of them. One beam without a length penalty finds what `greedySearch` finds.
 *
 * The model runs in evaluation mode and is then back in its own; all memory on the device is freed. Rejects as `greedySearch`.
 *
 * @returns for each input up to `beams` texts, the best ones first
 * @example const [[best]] = await beamSearch(translator, source, { begin: 2, end: 3, maxLength: 50, beams: 5 });
 */
export async function beamSearch<Inputs, State>(
  decoder: TokenDecoder<Inputs, State>,
  inputs: Inputs,
  options: BeamSearchOptions,
): Promise<readonly (readonly RankedText[])[]> {
  checkValue("beamSearch: decoder", decoder, aTokenDecoder);
  checkOptions<BeamSearchOptions>("beamSearch", options, rules, ["begin", "end", "maxLength"]);
  const { begin, end, maxLength, beams: width = 5, lengthPenalty = powerPenalty(1) } = options;
  const run = new DecodingRun(decoder, inputs);
  try {
    const all = Array.from({ length: run.rows }, (): Beam => ({ ended: [], open: [start] }));
    /** The inputs that are not done. All have the same number of open texts, whose rows stand side by side. */
    let active = all;
    for (let length = 1; length <= maxLength && active.length > 0; length++) {
      const latest = active.flatMap(({ open }) => open.map(({ tokens }) => tokens.at(-1) ?? begin));
      const { vocabulary, ...found } = run.step(latest, (logits) => findBest(logits, active, width));
      const [values, places] = await readAndDispose([found.values, found.places]);
      const each = values!.length / active.length;
      const rows = active.flatMap((beam, index) => {
        const first = index * beam.open.length;
        const candidates = Array.from({ length: each }, (_, rank): Candidate => {
          const place = places![index * each + rank]!;
          const logProbability = values![index * each + rank]!;
          return { parent: Math.floor(place / vocabulary), token: place % vocabulary, logProbability };
        });
        return goOn(beam, candidates, { end, width, lengthPenalty }).map((parent) => first + parent);
      });
      active = active.filter(({ open }) => open.length > 0);
      if (active.length > 0) run.select(rows);
    }
    for (const { open, ended } of active) {
      ended.push(...open.map((text) => rank(text, false, lengthPenalty)));
    }
    return all.map(({ ended }) => ended.sort((one, other) => other.score - one.score).slice(0, width));
  } finally {
    run.dispose();
  }
}

/**
 * The log probabilities of the best continuations of the texts of each input, [inputs, candidates], and their places among those of all
 * its open texts. Twice as many as beams are enough: each open text has one continuation that ends it.
 */
function findBest(
  logits: Tensor,
  active: readonly Beam[],
  width: number,
): { readonly values: Tensor; readonly places: Tensor; readonly vocabulary: number } {
  const vocabulary = logits.shape[1]!;
  const soFar = Float32Array.from(active.flatMap(({ open }) => open.map((text) => text.logProbability)));
  const before = tensor(soFar, { shape: [soFar.length, 1], backend: logits.backend });
  const perInput = (soFar.length / active.length) * vocabulary;
  const all = reshape(add(logSoftmax(cast(logits, "f32")), before), [active.length, perInput]);
  const { values, indices } = topK(all, Math.min(2 * width, perInput));
  return { values, places: indices, vocabulary };
}

/**
 * Divides the best continuations into texts that end and those that stay open. Returns the rows of the latter's parents, none if the input
 * is done.
 */
function goOn(
  beam: Beam,
  candidates: readonly Candidate[],
  { end, width, lengthPenalty }: Settings,
): readonly number[] {
  const open: OpenText[] = [];
  const parents: number[] = [];
  candidates.forEach(({ parent, token, logProbability }, place) => {
    const { tokens } = beam.open[parent]!;
    if (token !== end && open.length < width) {
      open.push({ tokens: [...tokens, token], logProbability });
      parents.push(parent);
    } else if (token === end && place < width) {
      beam.ended.push(rank({ tokens, logProbability }, true, lengthPenalty));
    }
  });
  const isDone = isSettled(beam.ended, open[0], width, lengthPenalty);
  beam.open = isDone ? [] : open;
  return isDone ? [] : parents;
}

/** Whether enough texts have ended that are better than the best open one at its present length. */
function isSettled(
  ended: readonly RankedText[],
  best: OpenText | undefined,
  width: number,
  lengthPenalty: LengthPenalty,
): boolean {
  if (best === undefined) return true;
  if (ended.length < width) return false;
  const worst = ended.map(({ score }) => score).sort((one, other) => other - one)[width - 1]!;
  return best.logProbability / lengthPenalty(best.tokens.length) <= worst;
}

function rank(
  { tokens, logProbability }: OpenText,
  hasEnded: boolean,
  lengthPenalty: LengthPenalty,
): RankedText {
  const score = logProbability / lengthPenalty(tokens.length + (hasEnded ? 1 : 0));
  return { tokens, logProbability, hasEnded, score };
}
