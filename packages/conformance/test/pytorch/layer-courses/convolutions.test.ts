import {
  Bilinear,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  LeakyReLU,
  Linear,
  ReLU,
  Sequential,
  StandardizedConv2d,
} from "@evenkeel/nn";
import { compareModules } from "../compare-modules.ts";
import { layer } from "./layer.ts";

const seed = 1;

compareModules("courses of linear layers and convolutions", [
  layer("nn.Linear(5, 4)", () => new Linear(5, 4, { seed }), [6, 5]),
  layer("nn.Linear(5, 4, bias=False)", () => new Linear(5, 4, { bias: false, seed }), [2, 3, 5]),
  layer("nn.Bilinear(4, 3, 5)", () => new Bilinear(4, 3, 5, { seed }), [2, 3, 4], [2, 3, 3]),
  layer(
    "nn.Sequential(nn.Linear(5, 7), nn.LeakyReLU(0.2), nn.Linear(7, 3), nn.ReLU())",
    () =>
      new Sequential(
        new Linear(5, 7, { seed }),
        new LeakyReLU({ negativeSlope: 0.2 }),
        new Linear(7, 3, { seed }),
        new ReLU(),
      ),
    [6, 5],
  ),

  layer(
    "nn.Conv1d(4, 6, 3, stride=2, padding=1)",
    () => new Conv1d(4, 6, 3, { stride: 2, padding: 1, seed }),
    [2, 4, 9],
  ),
  layer(
    "nn.Conv1d(4, 6, 3, padding='same', dilation=2, groups=2, bias=False)",
    () => new Conv1d(4, 6, 3, { padding: "same", dilation: 2, groups: 2, bias: false, seed }),
    [2, 4, 9],
  ),
  layer("nn.Conv2d(8, 8, 3, padding=1)", () => new Conv2d(8, 8, 3, { padding: 1, seed }), [2, 8, 7, 6]),
  layer("nn.Conv2d(6, 5, 1)", () => new Conv2d(6, 5, 1, { seed }), [2, 6, 4, 5]),
  layer(
    "nn.Conv2d(6, 9, (3, 2), (2, 1), (1, 2), (1, 2), 3)",
    () => new Conv2d(6, 9, [3, 2], { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 3, seed }),
    [2, 6, 6, 5],
  ),
  layer(
    "nn.Conv2d(6, 6, 3, stride=2, padding=1, groups=6)",
    () => new Conv2d(6, 6, 3, { stride: 2, padding: 1, groups: 6, seed }),
    [2, 6, 5, 7],
  ),
  layer(
    "nn.Conv2d(4, 3, 5, padding='valid')",
    () => new Conv2d(4, 3, 5, { padding: "valid", seed }),
    [2, 4, 6, 7],
  ),
  layer(
    "nn.Conv3d(4, 6, (2, 3, 2), (1, 2, 1), (1, 0, 1), (1, 1, 2), 2)",
    () =>
      new Conv3d(4, 6, [2, 3, 2], {
        stride: [1, 2, 1],
        padding: [1, 0, 1],
        dilation: [1, 1, 2],
        groups: 2,
        seed,
      }),
    [2, 4, 3, 5, 4],
  ),
  ...(["reflect", "replicate", "circular"] as const).flatMap((paddingMode) => [
    layer(
      `nn.Conv1d(3, 4, 3, padding=2, padding_mode='${paddingMode}')`,
      () => new Conv1d(3, 4, 3, { padding: 2, paddingMode, seed }),
      [2, 3, 7],
    ),
    layer(
      `nn.Conv2d(3, 4, (3, 4), padding='same', padding_mode='${paddingMode}')`,
      () => new Conv2d(3, 4, [3, 4], { padding: "same", paddingMode, seed }),
      [2, 3, 5, 6],
    ),
    layer(
      `nn.Conv3d(2, 3, 3, padding=(0, 1, 2), padding_mode='${paddingMode}')`,
      () => new Conv3d(2, 3, 3, { padding: [0, 1, 2], paddingMode, seed }),
      [2, 2, 4, 3, 4],
    ),
  ]),
  layer(
    "nn.ConvTranspose1d(4, 6, 3, 3, 1, 2, 2, dilation=2)",
    () =>
      new ConvTranspose1d(4, 6, 3, {
        stride: 3,
        padding: 1,
        outputPadding: 2,
        groups: 2,
        dilation: 2,
        seed,
      }),
    [2, 4, 5],
  ),
  layer(
    "nn.ConvTranspose2d(4, 3, 2, 2)",
    () => new ConvTranspose2d(4, 3, 2, { stride: 2, seed }),
    [2, 4, 3, 4],
  ),
  layer(
    "nn.ConvTranspose2d(4, 4, 3, (2, 1), 1, (1, 0), 2, bias=False)",
    () =>
      new ConvTranspose2d(4, 4, 3, {
        stride: [2, 1],
        padding: 1,
        outputPadding: [1, 0],
        groups: 2,
        bias: false,
        seed,
      }),
    [2, 4, 3, 4],
  ),
  layer(
    "nn.ConvTranspose3d(2, 4, (2, 3, 2), (2, 1, 2), (0, 1, 0), (1, 0, 0), 2)",
    () =>
      new ConvTranspose3d(2, 4, [2, 3, 2], {
        stride: [2, 1, 2],
        padding: [0, 1, 0],
        outputPadding: [1, 0, 0],
        groups: 2,
        seed,
      }),
    [2, 2, 2, 3, 3],
  ),
  layer(
    "StandardizedConv2d(4, 6, 3, padding=1, groups=2)",
    () => new StandardizedConv2d(4, 6, 3, { padding: 1, groups: 2, seed }),
    [2, 4, 5, 6],
  ),
]);
