// A U-Net that finds disks in noisy images: Dice loss with cross-entropy, and the mean intersection over union.
import {
  AdamW, add, arange, BatchNorm2d, batches, bceWithLogits, Conv2d, ConvTranspose2d, cast, concatenate, cpu, dice, div, fit, less, MaxPool2d,
  Module, manualSeed, mean, mul, normal, ReLU, reshape, Sequential, selectBackend, sigmoid, square, sub, sum, type Tensor, uniform,
} from "evenkeel";

const backend = await selectBackend([cpu()]);
manualSeed(1);
const size = 32;

/** Bright disks in noise, and masks of the disks. */
async function drawDisks(count: number) {
  const draw = (low: number, high: number) => uniform([count, 1, 1, 1], { low, high });
  const x = sub(reshape(arange(0, size), [1, size]), draw(8, 24));
  const y = sub(reshape(arange(0, size), [size, 1]), draw(8, 24));
  const masks = cast(less(add(square(x), square(y)), square(draw(3, 8))), "f32");
  const images = add(masks, normal([count, 1, size, size]));
  return { inputs: { data: await images.data(), shape: images.shape }, labels: { data: await masks.data(), shape: masks.shape } };
}

const block = (inChannels: number, channels: number) =>
  new Sequential(
    new Conv2d(inChannels, channels, 3, { padding: 1, bias: false }), new BatchNorm2d(channels), new ReLU(),
    new Conv2d(channels, channels, 3, { padding: 1, bias: false }), new BatchNorm2d(channels), new ReLU(),
  );

class UNet extends Module {
  down = [block(1, 8), block(8, 16), block(16, 32)];
  pool = new MaxPool2d(2);
  up = [new ConvTranspose2d(16, 8, 2, { stride: 2 }), new ConvTranspose2d(32, 16, 2, { stride: 2 })];
  merge = [block(16, 8), block(32, 16)];
  head = new Conv2d(8, 1, 1);
  forward(x: Tensor): Tensor {
    const features: Tensor[] = [];
    for (const stage of this.down) features.push(stage.forward(features.length ? this.pool.forward(features.at(-1)!) : x));
    let y = features[2]!;
    for (const level of [1, 0]) {
      y = this.merge[level]!.forward(concatenate([features[level]!, this.up[level]!.forward(y)], { axis: 1 }));
    }
    return this.head.forward(y);
  }
}

/** The intersection over union of each image, averaged. */
function iou(logits: Tensor, masks: Tensor): Tensor {
  const found = cast(less(0, logits), "f32");
  const overlap = sum(mul(found, masks), { axis: [1, 2, 3] });
  return mean(div(overlap, sub(sum(add(found, masks), { axis: [1, 2, 3] }), overlap)));
}

const model = new UNet();
const history = await fit(model, {
  data: batches(await drawDisks(400), { batchSize: 20, shuffled: true }),
  validation: batches(await drawDisks(100), { batchSize: 50 }),
  loss: (logits: Tensor, masks: Tensor) => add(bceWithLogits(logits, masks), dice(sigmoid(logits), masks)),
  optimizer: new AdamW(model, { learningRate: 0.01 }),
  epochs: 4,
  metrics: { iou },
});
console.log(`IoU: ${history.epochs.at(-1)!.validation!.metrics.iou}`);
await backend.close();
