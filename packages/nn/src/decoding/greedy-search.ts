import type { NumericArray } from "@evenkeel/tensor";
import { argmax, logSoftmax, max } from "@evenkeel/tensor";
import { checkOptions, checkValue } from "@evenkeel/tensor/checks";
import { readAndDispose } from "./read-and-dispose.ts";
import type { DecodingOptions, FoundText, TokenDecoder } from "./token-decoder.ts";
import { aTokenDecoder, DecodingRun, decodingRules } from "./token-decoder.ts";

/**
 * Writes a text for each input by taking the most probable token in every step. The model runs in evaluation mode and is then back
 * in its own; all memory on the device is freed.
 *
 * Rejects with ArgumentError for wrong options, ShapeError for logits of another shape, and with what the model throws.
 *
 * @example const [{ tokens }] = await greedySearch(translator, source, { begin: 2, end: 3, maxLength: 50 });
 */
export async function greedySearch<Inputs, State>(
  decoder: TokenDecoder<Inputs, State>,
  inputs: Inputs,
  options: DecodingOptions,
): Promise<readonly FoundText[]> {
  checkValue("greedySearch: decoder", decoder, aTokenDecoder);
  checkOptions<DecodingOptions>("greedySearch", options, decodingRules, ["begin", "end", "maxLength"]);
  const { begin, end, maxLength } = options;
  const run = new DecodingRun(decoder, inputs);
  try {
    const texts = Array.from({ length: run.rows }, () => ({
      tokens: [] as number[],
      logProbability: 0,
      hasEnded: false,
    }));
    /** The texts that go on, in the order of the rows of the state. */
    let open = texts;
    for (let length = 0; length < maxLength && open.length > 0; length++) {
      const latest = open.map(({ tokens }) => tokens.at(-1) ?? begin);
      const best = run.step(latest, (logits) => {
        const logProbabilities = logSoftmax(logits);
        return [argmax(logProbabilities, { axis: 1 }), max(logProbabilities, { axis: 1 })] as const;
      });
      const [tokens, values] = (await readAndDispose(best)) as [NumericArray, NumericArray];
      open.forEach((text, row) => {
        text.logProbability += values[row]!;
        if (tokens[row] === end) text.hasEnded = true;
        else text.tokens.push(tokens[row]!);
      });
      const rows = [...open.keys()].filter((row) => !open[row]!.hasEnded);
      if (rows.length < open.length && rows.length > 0) run.select(rows);
      open = rows.map((row) => open[row]!);
    }
    return texts;
  } finally {
    run.dispose();
  }
}
