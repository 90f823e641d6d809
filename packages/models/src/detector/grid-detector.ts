import type { NonMaximumSuppressionOptions } from "@evenkeel/nn";
import {
  Conv2d,
  Conv2dNormActivation,
  init,
  LeakyReLU,
  Module,
  ModuleList,
  nonMaximumSuppression,
  Sequential,
  withNames,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  concatenate,
  formatShape,
  getRandomSource,
  pixelUnshuffle,
  reshape,
  ShapeError,
  scope,
  tensor,
} from "@evenkeel/tensor";
import { checkOptions, listOf, positiveInteger } from "@evenkeel/tensor/checks";
import type { ImageModelOptions, PartOptions } from "../model-options.ts";
import { imageModelRules } from "../model-options.ts";
import { decodeDetections } from "./decode.ts";
import type { BoxSize, DetectionGrid } from "./grid.ts";
import { boxParts, someAnchors } from "./grid.ts";

/** The options of a one-stage detector. */
export interface GridDetectorOptions extends ImageModelOptions {
  /** The sizes of boxes in pixels that predictions are relative to, such as from `clusterAnchors`. */
  readonly anchors: readonly BoxSize[];
  /** The channels of the convolutions of each stage, whose first one halves the image; two stages at least. */
  readonly stages?: readonly (readonly number[])[];
  /** The channels that the last stage but one passes on to the head; default 32. */
  readonly passthrough?: number;
}

const defaultStages: readonly (readonly number[])[] = [[16], [32, 32], [64, 64], [128, 128, 128]];

/** YOLOv2's slope below 0. */
const makeActivation = (): LeakyReLU => new LeakyReLU({ negativeSlope: 0.1 });

/** The bias of what says whether there is an object: a probability of 1 / 100 at first (Lin et al. 2017, section 4.1). */
const priorLogit = -Math.log(99);

function makeStage(inChannels: number, channels: readonly number[], part: PartOptions): Sequential {
  let width = inChannels;
  const layers = channels.map((next, index) => {
    const stride = index === 0 ? 2 : 1;
    const layer = new Conv2dNormActivation(width, next, { stride, activation: makeActivation, ...part });
    width = next;
    return layer;
  });
  return new Sequential(...layers);
}

/**
 * A one-stage detector in the manner of YOLOv2 (Redmon and Farhadi 2017): stages of 3x3 convolutions with leaky ReLU, each with a batch
 * norm, and a passthrough from the last stage but one, whose finer features become channels. Each cell of the last stage predicts for
 * each anchor the middle and the size of a box, whether it is an object, and its class. `detectionLoss` trains it, and
 * `detect` lists what it finds.
 *
 * Shapes: [n, inChannels, h, w] -> [n, anchors, 5 + classes, h / stride, w / stride], with `stride` = 2^stages, which divides h and w.
 * Throws ShapeError for other images, ArgumentError for options out of range.
 *
 * @param options.inChannels default 3
 * @param options.classes default 10
 * @param options.stages default [[16], [32, 32], [64, 64], [128, 128, 128]]
 * @example new GridDetector({ anchors: [[16, 16], [48, 48]], classes: 3, seed: 1 })
 */
export class GridDetector extends Module implements DetectionGrid {
  readonly anchors: readonly BoxSize[];
  readonly stride: number;
  readonly classes: number;
  readonly stages: ModuleList;
  readonly passthrough: Conv2dNormActivation;
  readonly neck: Conv2dNormActivation;
  readonly head: Conv2d;

  constructor(options: GridDetectorOptions) {
    super();
    checkOptions<GridDetectorOptions>(
      "GridDetector",
      options,
      {
        ...imageModelRules,
        anchors: someAnchors,
        stages: listOf(listOf(positiveInteger)),
        passthrough: positiveInteger,
      },
      ["anchors"],
    );
    const { inChannels = 3, classes = 10, stages = defaultStages, passthrough = 32 } = options;
    const { normalization = "batch", backend } = options;
    if (stages.length < 2 || stages.some(({ length }) => length === 0)) {
      throw new ArgumentError("GridDetector: stages: expected two stages or more, none of them empty");
    }
    const part = { normalization, seed: getRandomSource(options.seed), backend };
    const widths = [inChannels, ...stages.map((channels) => channels.at(-1)!)];
    const [fine, coarse] = widths.slice(-2) as [number, number];
    this.anchors = options.anchors;
    this.stride = 2 ** stages.length;
    this.classes = classes;
    this.stages = new ModuleList(stages.map((channels, index) => makeStage(widths[index]!, channels, part)));
    const block = { activation: makeActivation, ...part };
    this.passthrough = new Conv2dNormActivation(fine, passthrough, { kernel: 1, ...block });
    this.neck = new Conv2dNormActivation(coarse + 4 * passthrough, coarse, block);
    this.head = this.makeHead(coarse, part);
  }

  private makeHead(channels: number, { seed, backend }: PartOptions): Conv2d {
    const each = boxParts + this.classes;
    return new Conv2d(channels, this.anchors.length * each, 1, {
      seed,
      backend,
      weightInit: init.normal(0, 0.01),
      biasInit: (shape, { backend }) => {
        const logits = Float32Array.from({ length: shape[0]! }, (_, index) =>
          index % each === boxParts - 1 ? priorLogit : 0,
        );
        return tensor(logits, { backend });
      },
    });
  }

  forward(x: Tensor): Tensor {
    const [n, , height, width] = this.checkSize(x);
    const run = (): Tensor => {
      let [y, fine] = [x, x];
      for (const stage of this.stages) [y, fine] = [(stage as Sequential).forward(y), y];
      const passed = pixelUnshuffle(this.passthrough.forward(fine), 2);
      const logits = this.head.forward(this.neck.forward(concatenate([y, passed], { axis: 1 })));
      const cells = [height / this.stride, width / this.stride];
      return reshape(logits, [n, this.anchors.length, boxParts + this.classes, ...cells]);
    };
    return withNames(this, () => scope(run));
  }

  /**
   * What the detector finds in images, best first and without detections that overlap better ones of their class.
   *
   * Shapes: [n, inChannels, h, w] -> f32 [n, maxDetections, 6], each left, top, right, bottom in pixels, score and class, padded with the
   * class -1.
   */
  detect(x: Tensor, options: NonMaximumSuppressionOptions = {}): Tensor {
    return scope(() => nonMaximumSuppression(decodeDetections(this.forward(x), this), options));
  }

  private checkSize(x: Tensor): [number, number, number, number] {
    const { rank, shape } = x;
    if (rank === 4 && shape[2]! % this.stride === 0 && shape[3]! % this.stride === 0) {
      return shape as unknown as [number, number, number, number];
    }
    throw new ShapeError(
      `GridDetector: found ${formatShape(shape)}, expected [n, channels, h, w] with multiples of ${this.stride} as h and w`,
    );
  }
}
