import { makeEvaluator } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { makeAdadeltaRule } from "./adadelta.ts";
import { makeAdagradRule } from "./adagrad.ts";
import { makeAdamRule } from "./adam.ts";
import { makeAdamaxRule } from "./adamax.ts";
import { CompiledRule } from "./compiled-rule.ts";
import { makeLionRule } from "./lion.ts";
import { makeNadamRule } from "./nadam.ts";
import { makeRadamRule } from "./radam.ts";
import { makeRmspropRule } from "./rmsprop.ts";
import { makeSgdRule } from "./sgd.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The course of one value, from 1, under gradients cos(step) + value / 2, in float64. */
function course(
  rule: UpdateRule,
  { learningRate = 0.1, weightDecay = 0.01, factor = 1, steps = 5 } = {},
): number[] {
  const isClipped = factor !== 1;
  const update = makeEvaluator(new CompiledRule(rule, { byNorm: isClipped }).update);
  let state = [1, ...rule.slots.map(() => 0)];
  return Array.from({ length: steps }, (_, index) => {
    const gradient = Math.cos(index) + state[0]! / 2;
    const scalars = rule.scalars({ learningRate, weightDecay, step: index + 1 });
    state = update([...state, gradient, ...(isClipped ? [factor] : [])], scalars, 0);
    return state[0]!;
  });
}

/**
 * From `torch.optim` of PyTorch 1.13 in float64: see the parameters in each case. NAdam with `foreach=True`, which follows the
 * formula of its documentation; without, version 1.13 multiplies by one momentum twice.
 */
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
  [
    "Adagrad",
    makeAdagradRule(),
    [
      0.9000000000066225, 0.8448118658305525, 0.8439996621767435, 0.8735234151418897, 0.8844402472814493,
      0.8484828042455019, 0.7921568037139685, 0.7497518122361734,
    ],
  ],
  [
    "Adagrad with a falling rate",
    makeAdagradRule({ learningRateDecay: 0.1, initialAccumulatorValue: 0.5 }),
    [
      0.9094378470769701, 0.8625385762629527, 0.8615218932815674, 0.8824597933731418, 0.8896124194800485,
      0.8668826046437611, 0.8328800162795094, 0.8084171418737081,
    ],
  ],
  [
    "Adadelta",
    makeAdadeltaRule(),
    [
      0.9996837729274324, 0.9994193679585465, 0.9993911057950668, 0.9995332508337831, 0.9995784727510877,
      0.9993518743864485, 0.9989993135293347, 0.998677871641819,
    ],
  ],
  [
    "Adamax",
    makeAdamaxRule(),
    [
      0.9000000006622516, 0.817718266485133, 0.7657250443606971, 0.7403924221168148, 0.7257087387149054,
      0.7048606473055469, 0.671139313426819, 0.6304750463989452,
    ],
  ],
  [
    "NAdam",
    makeNadamRule(),
    [
      0.8943548228640981, 0.831516491101058, 0.8214879343218221, 0.8495094938538447, 0.8587050596391758,
      0.8019439205176022, 0.7069521358942358, 0.6254138654769409,
    ],
  ],
  [
    "NAdam with a growing momentum",
    makeNadamRule({ betas: [0.5, 0.8], momentumDecay: 0.1 }),
    [
      0.8865472761645163, 0.8051262018324407, 0.7940255424837714, 0.8477534098692626, 0.8758036403247568,
      0.7905918254201054, 0.6586192837119542, 0.5496974621902344,
    ],
  ],
  [
    "RAdam",
    makeRadamRule(),
    [
      0.849, 0.7262477733753611, 0.6504801496426814, 0.615885071929469, 0.5980293415169746,
      0.5972000962144542, 0.5955432979972805, 0.5931852735326207,
    ],
  ],
  [
    "RAdam with other betas",
    makeRadamRule({ betas: [0.8, 0.9] }),
    [
      0.849, 0.7278170941184366, 0.6581419414074624, 0.6342354754712978, 0.6272628561479038,
      0.6201574431883539, 0.6022302612943463, 0.5757685669625778,
    ],
  ],
  [
    "Adam with AMSGrad",
    makeAdamRule({ betas: [0.5, 0.5], amsgrad: true }),
    [
      0.9000000006622516, 0.8051402772640506, 0.7615053626707969, 0.7695246898429424, 0.7858957460559138,
      0.7617101711940912, 0.6862623499296762, 0.5973925947261715,
    ],
  ],
  [
    "AdamW with AMSGrad",
    makeAdamRule({ betas: [0.5, 0.5], amsgrad: true }, true),
    [
      0.8990000006666666, 0.8033981591390004, 0.7594839624201136, 0.7676109150017237, 0.7841381005924545,
      0.7598263640602511, 0.6839287826918479, 0.5945441385519901,
    ],
  ],
];

describe("updates follow PyTorch", () => {
  test.each(golden)("%s", (_name, rule, expected) => {
    course(rule, { steps: expected.length }).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 12);
    });
  });
});

test("Lion follows algorithm 2 of its paper", () => {
  let [value, momentum] = [1, 0];
  const [learningRate, weightDecay] = [0.1, 0.01];
  const expected = Array.from({ length: 20 }, (_, step) => {
    const gradient = Math.cos(step) + value / 2;
    const direction = Math.sign(0.9 * momentum + 0.1 * gradient);
    momentum = 0.99 * momentum + 0.01 * gradient;
    value -= learningRate * (direction + weightDecay * value);
    return value;
  });
  course(makeLionRule(), { learningRate, weightDecay, steps: 20 }).forEach((found, step) => {
    expect(found).toBeCloseTo(expected[step]!, 12);
  });
});

test("NAdam resumed in the middle has the scalars of an uninterrupted run", () => {
  const numbers = (step: number) => ({ learningRate: 0.1, weightDecay: 0, step });
  const whole = makeNadamRule();
  for (let step = 1; step < 100; step++) whole.scalars(numbers(step));
  expect(makeNadamRule().scalars(numbers(100))).toEqual(whole.scalars(numbers(100)));
  expect(whole.scalars(numbers(3))).toEqual(makeNadamRule().scalars(numbers(3)));
});

test("a value of a gradient beyond the limit counts as the limit", () => {
  const update = makeEvaluator(new CompiledRule(makeSgdRule(), { byNorm: true, maxValue: 0.5 }).update);
  const step = (gradient: number, factor: number) => update([1, gradient, factor], [1, 0], 0)[0];
  expect([step(-3, 1), step(0.4, 1), step(3, 0.1), step(Number.NaN, 1)]).toEqual([1.5, 0.6, 0.7, Number.NaN]);
});

test("a clipped update is the update with the scaled gradient", () => {
  const plain = makeSgdRule();
  const [first] = course(plain, { weightDecay: 0, factor: 0.5, steps: 1 });
  expect(first).toBeCloseTo(1 - 0.1 * 0.5 * 1.5, 12);
});

test("Nesterov without momentum is rejected", () => {
  expect(() => makeSgdRule({ nesterov: true })).toThrow(/nesterov: found momentum 0/);
});
