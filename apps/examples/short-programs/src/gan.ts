// A generative adversarial network: a generator learns the points of a ring from a discriminator, each with its own optimizer.
import {
  Adam, add, BatchNorm1d, bceWithLogits, concatenate, cos, cpu, LeakyReLU, Linear, Module, manualSeed, mean, mul, normal, ones, ReLU,
  Sequential, scope, selectBackend, sin, sqrt, square, stack, sum, type Tensor, trainStep, Unowned, uniform, variance, zeros,
} from "evenkeel";

const backend = await selectBackend([cpu()]);
manualSeed(1);
const count = 128;

/** Points near a circle of radius 2. */
function drawRing() {
  const angles = uniform([count], { high: 2 * Math.PI });
  return add(mul(stack([cos(angles), sin(angles)], { axis: 1 }), 2), mul(normal([count, 2]), 0.1));
}

const generator = new Sequential(
  new Linear(8, 64), new BatchNorm1d(64), new ReLU(), new Linear(64, 64), new BatchNorm1d(64), new ReLU(), new Linear(64, 2),
);
const discriminator = new Sequential(
  new Linear(2, 64), new LeakyReLU({ negativeSlope: 0.2 }), new Linear(64, 64), new LeakyReLU({ negativeSlope: 0.2 }), new Linear(64, 1),
);

/** What the discriminator thinks of generated points; only the generator is trained. */
class Deception extends Module {
  readonly generator = generator;
  readonly judge = new Unowned(discriminator);
  forward(noise: Tensor): Tensor {
    return this.judge.value.forward(this.generator.forward(noise));
  }
}

const settings = { learningRate: 1e-3, betas: [0.5, 0.999] } as const;
const judge = trainStep(discriminator, bceWithLogits, new Adam(discriminator, settings));
const deceive = trainStep(new Deception(), bceWithLogits, new Adam(generator, settings));
const [isReal, isGenerated] = [ones([count, 1]), zeros([count, 1])];
for (let step = 0; step < 500; step++) {
  scope(() => {
    const points = concatenate([drawRing(), generator.forward(normal([count, 8]))]);
    judge(points, concatenate([isReal, isGenerated]));
    deceive(normal([count, 8]), isReal);
  });
}

const radii = sqrt(sum(square(generator.eval().forward(normal([500, 8]))), { axis: 1 }));
console.log(`mean radius: ${await mean(radii).item()}`);
console.log(`deviation: ${await sqrt(variance(radii)).item()}`);
await backend.close();
