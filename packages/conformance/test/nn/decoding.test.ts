import type { LengthPenalty, RankedText, TokenDecoder } from "@evenkeel/nn";
import { beamSearch, gnmtPenalty, greedySearch, powerPenalty } from "@evenkeel/nn";
import {
  ArgumentError,
  add,
  logSoftmax,
  matmul,
  normal,
  ShapeError,
  scope,
  type Tensor,
  take,
  tanh,
  tensor,
  zeros,
} from "@evenkeel/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
const [vocabulary, width, end, begin] = [4, 3, 3, 0];

/** The state of a recurrent network: h' = tanh(h W + E[token]), logits = h' U. */
interface Hidden {
  readonly h: Tensor;
  readonly length: number;
}

let [recurrent, embedding, output]: readonly Tensor[] = [];
beforeAll(() => {
  const draw = (shape: readonly number[], stream: number): Tensor => normal(shape, { seed: 11, stream });
  [recurrent, embedding, output] = [
    draw([width, width], 0),
    draw([vocabulary, width], 1),
    draw([width, vocabulary], 2),
  ];
});

const network: TokenDecoder<Tensor, Hidden> = {
  begin: (inputs) => ({ h: tanh(inputs), length: 0 }),
  step: (tokens, { h, length }) => {
    const next = tanh(add(matmul(h, recurrent!), take(embedding!, tokens)));
    return [matmul(next, output!), { h: next, length: length + 1 }];
  },
};

const inputs = (): Tensor => normal([3, width], { seed: 4, stream: 9 });
const row = (index: number): Tensor => scope(() => take(inputs(), tensor([index], { dtype: "i32" })));

/** Every text of at most so many tokens, with its log probability. */
async function listAll(input: Tensor, maxLength: number, penalty: LengthPenalty): Promise<RankedText[]> {
  const texts: RankedText[] = [];
  const extend = async (tokens: readonly number[], state: Hidden, before: number): Promise<void> => {
    const latest = tensor([tokens.at(-1) ?? begin], { dtype: "i32" });
    const [logits, next] = network.step(latest, state);
    const values = await logSoftmax(logits).data();
    for (let token = 0; token < vocabulary; token++) {
      const logProbability = before + values[token]!;
      const length = tokens.length + 1;
      const score = logProbability / penalty(length);
      if (token === end) texts.push({ tokens, logProbability, hasEnded: true, score });
      else if (length === maxLength) {
        texts.push({ tokens: [...tokens, token], logProbability, hasEnded: false, score });
      } else await extend([...tokens, token], next, logProbability);
    }
  };
  await extend([], network.begin(input), 0);
  return texts.sort((one, other) => other.score - one.score);
}

const round = (texts: readonly RankedText[]): object[] =>
  texts.map(({ score, logProbability, ...text }) => ({
    ...text,
    score: score.toFixed(4),
    logProbability: logProbability.toFixed(4),
  }));

describe("beamSearch", () => {
  const penalties: readonly (readonly [string, LengthPenalty])[] = [
    ["the sum of the log probabilities", powerPenalty(0)],
    ["their mean", powerPenalty(1)],
    ["Google's penalty", gnmtPenalty(0.8)],
  ];

  test.each(penalties)(
    "with as many beams as texts it is an exhaustive search by %s",
    async (_name, penalty) => {
      const maxLength = 4;
      const beams = vocabulary ** maxLength;
      const options = { begin, end, maxLength, beams, lengthPenalty: penalty };
      const found = await beamSearch(network, inputs(), options);
      for (const [index, texts] of found.entries()) {
        const all = await listAll(row(index), maxLength, penalty);
        expect(texts.length).toBe(all.length);
        expect(round(texts.slice(0, 10))).toEqual(round(all.slice(0, 10)));
      }
    },
  );

  test("few beams find nothing better than an exhaustive search, and rank what they find", async () => {
    const options = { begin, end, maxLength: 5, beams: 3, lengthPenalty: powerPenalty(1) };
    const found = await beamSearch(network, inputs(), options);
    for (const [index, texts] of found.entries()) {
      const [best] = await listAll(row(index), 5, powerPenalty(1));
      expect(texts[0]!.score).toBeLessThanOrEqual(best!.score + 1e-5);
      expect(texts.length).toBeLessThanOrEqual(3);
      expect(texts.map(({ score }) => score)).toEqual(
        texts.map(({ score }) => score).toSorted((a, b) => b - a),
      );
    }
  });

  test("one beam without a penalty is greedy search", async () => {
    const options = { begin, end, maxLength: 8 };
    const greedy = await greedySearch(network, inputs(), options);
    const beams = await beamSearch(network, inputs(), {
      ...options,
      beams: 1,
      lengthPenalty: powerPenalty(0),
    });
    expect(beams.map(([best]) => best!.tokens)).toEqual(greedy.map(({ tokens }) => tokens));
    expect(beams.map(([best]) => best!.hasEnded)).toEqual(greedy.map(({ hasEnded }) => hasEnded));
    for (const [index, { logProbability }] of greedy.entries()) {
      expect(beams[index]![0]!.logProbability).toBeCloseTo(logProbability, 4);
    }
  });

  test("inputs side by side give what each gives alone", async () => {
    const options = { begin, end, maxLength: 7, beams: 2 };
    const together = await beamSearch(network, inputs(), options);
    const greedy = await greedySearch(network, inputs(), withoutBeams(options));
    for (const index of [0, 1, 2]) {
      const [alone] = await beamSearch(network, row(index), options);
      expect(round(together[index]!)).toEqual(round(alone!));
      const [text] = await greedySearch(network, row(index), withoutBeams(options));
      expect(text!.tokens).toEqual(greedy[index]!.tokens);
    }
  });

  test("frees what it made, also when a model throws", async () => {
    const given = inputs();
    const before = device().memory().live;
    await beamSearch(network, given, { begin, end, maxLength: 5, beams: 3 });
    await greedySearch(network, given, { begin, end, maxLength: 5 });
    let steps = 0;
    const failing: typeof network = {
      ...network,
      step: (tokens, state) => {
        if (++steps === 3) throw new ArgumentError("no more");
        return network.step(tokens, state);
      },
    };
    const search = beamSearch(failing, given, { begin, end, maxLength: 9, beams: 3 });
    await expect(search).rejects.toThrow("no more");
    expectNoLeak(device(), before);
  });
});

/** Greedy search has no beams. */
const withoutBeams = ({ begin, end, maxLength }: { begin: number; end: number; maxLength: number }) => ({
  begin,
  end,
  maxLength,
});

test("texts that do not end are cut at the largest length", async () => {
  const endless: TokenDecoder<Tensor, Tensor> = {
    begin: (x) => tanh(x),
    step: (tokens, state) => [add(zeros([tokens.shape[0]!, 4]), tensor([0, 5, 0, -9])), tanh(state)],
  };
  const [text] = await greedySearch(endless, row(0), { begin, end, maxLength: 3 });
  expect(text).toMatchObject({ tokens: [1, 1, 1], hasEnded: false });
  const [[best]] = (await beamSearch(endless, row(0), { begin, end, maxLength: 3, beams: 2 })) as [
    [RankedText],
  ];
  expect(best).toMatchObject({ tokens: [1, 1, 1], hasEnded: false });
});

test("penalties are those of Fairseq and of Wu et al. 2016", () => {
  expect(powerPenalty(0.5)(9)).toBeCloseTo(3, 12);
  expect(gnmtPenalty(1)(7)).toBeCloseTo(2, 12);
  expect(gnmtPenalty(0)(7)).toBe(1);
  expect(() => powerPenalty(-1)).toThrow("powerPenalty: exponent: found -1");
  expect(() => gnmtPenalty(Number.NaN)).toThrow(ArgumentError);
});

test("wrong arguments are rejected by name", async () => {
  const options = { begin, end, maxLength: 3 };
  await expect(beamSearch({} as never, row(0), options)).rejects.toThrow("beamSearch: decoder: ");
  await expect(greedySearch(network, row(0), { ...options, maxLength: 0 })).rejects.toThrow(
    "greedySearch: maxLength: found 0",
  );
  await expect(beamSearch(network, row(0), { ...options, beams: 1.5 })).rejects.toThrow("beamSearch: beams");
  const wrong: TokenDecoder<Tensor, Tensor> = {
    begin: (x) => tanh(x),
    step: (_tokens, state) => [zeros([2, 2, 2]), state],
  };
  await expect(greedySearch(wrong, row(0), options)).rejects.toThrow(ShapeError);
  const stateless: TokenDecoder<Tensor, object> = { begin: () => ({}), step: () => [zeros([1, 2]), {}] };
  await expect(greedySearch(stateless, row(0), options)).rejects.toThrow(
    "begin: found no tensor in the state",
  );
});
