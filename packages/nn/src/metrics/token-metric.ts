import type { NumericArray, Tensor } from "@evenkeel/tensor";
import {
  argmax,
  DTypeError,
  formatShape,
  formatSpec,
  hostStep,
  indexType,
  isFloat,
  ShapeError,
  scope,
} from "@evenkeel/tensor";
import { checkTensors } from "@evenkeel/tensor/checks";

export interface TokenOptions {
  /** Tokens that do not count, such as padding; default: those below 0. */
  readonly ignored?: readonly number[];
  /** The token that ends a text: it and what follows do not count. Default: none. */
  readonly end?: number;
}

/** The tokens of each text that count, of rows of the same length. */
function listTexts(rows: NumericArray, texts: number, { ignored = [], end }: TokenOptions): number[][] {
  const length = texts === 0 ? 0 : rows.length / texts;
  return Array.from({ length: texts }, (_, text) => {
    const tokens = Array.from(rows.subarray(text * length, (text + 1) * length));
    const last = end === undefined ? -1 : tokens.indexOf(end);
    return (last < 0 ? tokens : tokens.slice(0, last)).filter(
      (token) => token >= 0 && !ignored.includes(token),
    );
  });
}

/** Counts of a text and its reference, which are summed over texts. */
type CountTexts = (hypothesis: number[], reference: number[]) => readonly number[];

/** A function of predicted texts and references that counts on the host, in the order of the device's work. */
export function makeTokenCounter(
  name: string,
  size: number,
  options: TokenOptions,
  count: CountTexts,
): (outputs: Tensor, labels: Tensor) => Tensor {
  const steps = new Map<number, ReturnType<typeof makeStep>>();
  const makeStep = (texts: number) =>
    hostStep({
      name,
      inputs: ["hypotheses", "references"],
      outputs: () => ({ counts: { shape: [size], dtype: "f32" } }),
      run: ({ hypotheses, references, counts }) => {
        counts.fill(0);
        const expected = listTexts(references, texts, options);
        listTexts(hypotheses, texts, options).forEach((hypothesis, text) => {
          count(hypothesis, expected[text]!).forEach((value, index) => {
            counts[index]! += value;
          });
        });
      },
    });
  return (outputs, labels) => {
    checkTensors(name, outputs, labels);
    return scope(() => {
      const hypotheses = isFloat(outputs.dtype) ? argmax(outputs, { axis: -1 }) : outputs;
      checkTexts(name, hypotheses, labels);
      const texts = labels.shape[0]!;
      let step = steps.get(texts);
      if (step === undefined) {
        step = makeStep(texts);
        steps.set(texts, step);
      }
      return step({ hypotheses, references: labels }).counts;
    });
  };
}

function checkTexts(name: string, hypotheses: Tensor, references: Tensor): void {
  for (const texts of [hypotheses, references]) {
    if (texts.dtype === indexType) continue;
    throw new DTypeError(`${name}: found ${formatSpec(texts)}, expected ${indexType} tokens, or logits`);
  }
  if (hypotheses.rank === 2 && references.rank === 2 && hypotheses.shape[0] === references.shape[0]) return;
  throw new ShapeError(
    `${name}: found texts ${formatShape(hypotheses.shape)} and references ${formatShape(references.shape)}, expected [n, length] and [n, length]`,
  );
}
