import { makeEvaluator } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { makeAdamRule } from "./adam.ts";
import { makeRmspropRule } from "./rmsprop.ts";
import { makeSgdRule } from "./sgd.ts";
import type { UpdateRule } from "./update-rule.ts";
import { buildUpdate } from "./update-rule.ts";

/** The course of one value, from 1, under gradients cos(step) + value / 2, in float64. */
function course(
  rule: UpdateRule,
  { learningRate = 0.1, weightDecay = 0.01, factor = 1, steps = 5 } = {},
): number[] {
  const isClipped = factor !== 1;
  const update = makeEvaluator(buildUpdate(rule, isClipped));
  let state = [1, ...rule.slots.map(() => 0)];
  return Array.from({ length: steps }, (_, index) => {
    const gradient = Math.cos(index) + state[0]! / 2;
    const scalars = rule.scalars({ learningRate, weightDecay, step: index + 1 });
    state = update([...state, gradient, ...(isClipped ? [factor] : [])], scalars, 0);
    return state[0]!;
  });
}

/** From `torch.optim` of PyTorch 1.13 in float64: see the parameters in each case. */
const golden: [string, UpdateRule, number[]][] = [
  [
    "SGD",
    makeSgdRule(),
    [0.849, 0.751670769413186, 0.7549502438278277, 0.815447031052653, 0.8392235945553289],
  ],
  [
    "SGD with momentum",
    makeSgdRule({ momentum: 0.9 }),
    [0.849, 0.615770769413186, 0.41607483629969516, 0.3141279295063135, 0.27171955107380924],
  ],
  [
    "SGD with dampening",
    makeSgdRule({ momentum: 0.9, dampening: 0.4 }),
    [0.849, 0.6547024616479116, 0.48476959199743447, 0.3763956095929103, 0.3065599370271122],
  ],
  [
    "SGD with Nesterov",
    makeSgdRule({ momentum: 0.9, nesterov: true }),
    [0.7131, 0.4190331718850534, 0.27419510869802943, 0.2871503274512346, 0.31866367635838033],
  ],
  [
    "Adam",
    makeAdamRule(),
    [0.9000000006622517, 0.8030490319217216, 0.7283389022047593, 0.6892427739006664, 0.6651252620113254],
  ],
  [
    "Adam with other betas",
    makeAdamRule({ betas: [0.5, 0.8], epsilon: 0.1 }),
    [0.9062111801242236, 0.8196576486568808, 0.7723234033067075, 0.7810100288562898, 0.801698448997178],
  ],
  [
    "AdamW",
    makeAdamRule({}, true),
    [0.8990000006666666, 0.8011836314266026, 0.7260212211842276, 0.6869559414623396, 0.6630744603097711],
  ],
  [
    "RMSprop",
    makeRmspropRule(),
    [6.622516135479373e-8, -0.3384017488834832, 0.009095095310689583, 0.5137378682918194, 0.711347770506197],
  ],
  [
    "RMSprop, centered",
    makeRmspropRule({ centered: true, alpha: 0.8 }),
    [0.7500000041390728, 0.5947955867922293, 0.6144529053473732, 0.7186308626550916, 0.7662302958887645],
  ],
  [
    "RMSprop, centered with momentum",
    makeRmspropRule({ centered: true, momentum: 0.5 }),
    [
      -0.005037748365109585, -0.8472997783955782, -0.7962217948108953, -0.15589381588396542,
      0.4731573843605533,
    ],
  ],
];

describe("updates follow PyTorch", () => {
  test.each(golden)("%s", (_name, rule, expected) => {
    course(rule).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 12);
    });
  });
});

test("a clipped update is the update with the scaled gradient", () => {
  const plain = makeSgdRule();
  const [first] = course(plain, { weightDecay: 0, factor: 0.5, steps: 1 });
  expect(first).toBeCloseTo(1 - 0.1 * 0.5 * 1.5, 12);
});

test("Nesterov without momentum is rejected", () => {
  expect(() => makeSgdRule({ nesterov: true })).toThrow(/nesterov: found momentum 0/);
});
