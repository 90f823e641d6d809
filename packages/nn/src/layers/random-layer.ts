import type { RandomKey, RandomSource, Seed, Tensor } from "@evenkeel/tensor";
import { bernoulli, getRandomSource } from "@evenkeel/tensor";
import { aSeed, checkOptions, checkValue, fraction } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { checkFloat, compute } from "./layer.ts";

export interface RandomLayerOptions {
  /** A number, or a random source that several layers share. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
}

/** The base class of layers that change their input at random in training mode, and return it in evaluation mode. */
export abstract class RandomLayer extends Module {
  readonly random: RandomSource;

  constructor(options: RandomLayerOptions) {
    super();
    this.random = getRandomSource(options.seed).fork();
  }

  /** Whether the layer returns its input in training mode too. */
  protected abstract get isNeutral(): boolean;

  /** Each call gets another key, so that the same numbers can be drawn again for the gradient. */
  protected abstract change(x: Tensor, key: RandomKey): Tensor;

  forward(x: Tensor): Tensor {
    return compute(this, x, () => {
      checkFloat(x);
      return this.isTraining && !this.isNeutral ? this.change(x, this.random.next()) : x;
    });
  }
}

/** The base class of layers that drop something with a probability. */
export abstract class DroppingLayer extends RandomLayer {
  readonly probability: number;
  private readonly name: string;

  constructor(name: string, probability: number, options: RandomLayerOptions) {
    checkValue(`${name}: probability`, probability, fraction);
    checkOptions<RandomLayerOptions>(name, options, { seed: aSeed });
    super(options);
    this.probability = probability;
    this.name = name;
  }

  protected get isNeutral(): boolean {
    return this.probability === 0;
  }

  override describe(): string {
    return `${this.name} ${this.probability}`;
  }
}

/** For the first `rank` dimensions of x, whether their values are kept; the mask broadcasts over the others. */
export function drawMask(x: Tensor, rank: number, probability: number, key: RandomKey): Tensor {
  const shape = x.shape.map((size, axis) => (axis < rank ? size : 1));
  return bernoulli(shape, 1 - probability, { ...key, backend: x.backend });
}
