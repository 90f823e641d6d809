import {
  BatchNorm2d,
  Conv2d,
  type GhostBatches,
  GlobalAveragePool,
  init,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
} from "@evenkeel/nn";

export interface ConvnetOptions {
  readonly hasNorm: boolean;
  readonly activation?: "relu" | "sigmoid";
  readonly ghosts?: GhostBatches;
  readonly seed: number;
  /** A layer behind each batch norm, or behind each convolution without batch norm. */
  readonly makeExtra?: (index: number) => Module;
}

const stages = [
  [16, 16],
  [32, 32],
  [64, 64],
] as const;

/** Six 3x3 convolutions in three stages, of images with one channel: deep enough to differ with batch norm, and small. */
export function makeConvnet({
  hasNorm,
  activation = "relu",
  ghosts,
  seed,
  makeExtra,
}: ConvnetOptions): Sequential {
  const layers: Module[] = [];
  let channels = 1;
  let index = 0;
  for (const [stage, widths] of stages.entries()) {
    if (stage > 0) layers.push(new MaxPool2d(2));
    for (const width of widths) {
      layers.push(
        new Conv2d(channels, width, 3, {
          padding: 1,
          bias: !hasNorm,
          seed: 100 * seed + index,
          weightInit: init.kaimingNormal({ nonlinearity: "relu" }),
          biasInit: init.zeros,
        }),
      );
      if (hasNorm) layers.push(new BatchNorm2d(width, ghosts === undefined ? {} : { ghosts }));
      if (makeExtra !== undefined) layers.push(makeExtra(index));
      layers.push(activation === "relu" ? new ReLU() : new Sigmoid());
      channels = width;
      index++;
    }
  }
  return new Sequential(
    ...layers,
    new GlobalAveragePool(),
    new Linear(channels, 10, { seed: 100 * seed + index }),
  );
}
