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

/** Counts of a text and its references, which are summed over texts. */
type CountTexts = (hypothesis: number[], references: readonly number[][]) => readonly number[];

/** The references of a text; one that is empty is padding beside others. */
function listReferences(all: readonly number[][], text: number, each: number): readonly number[][] {
  const references = all.slice(text * each, (text + 1) * each);
  const full = references.filter(({ length }) => length > 0);
  return full.length > 0 ? full : references.slice(0, 1);
}

/** A function of predicted texts and references that counts on the host, in the order of the device's work. */
export function makeTokenCounter(
  name: string,
  size: number,
  options: TokenOptions,
  count: CountTexts,
): (outputs: Tensor, labels: Tensor) => Tensor {
  const steps = new Map<string, ReturnType<typeof makeStep>>();
  const makeStep = (texts: number, each: number) =>
    hostStep({
      name,
      inputs: ["hypotheses", "references"],
      outputs: () => ({ counts: { shape: [size], dtype: "f32" } }),
      run: ({ hypotheses, references, counts }) => {
        counts.fill(0);
        const expected = listTexts(references, texts * each, options);
        listTexts(hypotheses, texts, options).forEach((hypothesis, text) => {
          count(hypothesis, listReferences(expected, text, each)).forEach((value, index) => {
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
      const each = labels.rank === 2 ? 1 : labels.shape[1]!;
      const step = steps.get(`${texts} ${each}`) ?? makeStep(texts, each);
      steps.set(`${texts} ${each}`, step);
      return step({ hypotheses, references: labels }).counts;
    });
  };
}

function checkTexts(name: string, hypotheses: Tensor, references: Tensor): void {
  for (const texts of [hypotheses, references]) {
    if (texts.dtype === indexType) continue;
    throw new DTypeError(`${name}: found ${formatSpec(texts)}, expected ${indexType} tokens, or logits`);
  }
  const isList = references.rank === 2 || (references.rank === 3 && references.shape[1]! > 0);
  if (hypotheses.rank === 2 && isList && hypotheses.shape[0] === references.shape[0]) return;
  throw new ShapeError(
    `${name}: found texts ${formatShape(hypotheses.shape)} and references ${formatShape(references.shape)}, expected [n, length] and [n, length], or [n, references, length]`,
  );
}
