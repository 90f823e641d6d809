import {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  ChannelShuffle,
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  Conv1d,
  Conv2d,
  Conv3d,
  Flatten,
  GlobalAveragePool,
  GlobalMaxPool,
  LPPool1d,
  LPPool2d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  MaxUnpool1d,
  MaxUnpool2d,
  MaxUnpool3d,
  ModuleList,
  PixelShuffle,
  PixelUnshuffle,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  Sequential,
  Unflatten,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "@evenkeel/nn";
import { compareModules } from "../compare-modules.ts";
import type { ModuleComparison } from "../run-module.ts";
import { afterConvolution, layer, withConstants } from "./layer.ts";

const pooling: readonly ModuleComparison[] = [
  afterConvolution(1, "nn.MaxPool1d(3, 2, 1)", () => new MaxPool1d(3, { stride: 2, padding: 1 })),
  afterConvolution(1, "nn.MaxPool1d(2, ceil_mode=True)", () => new MaxPool1d(2, { ceilMode: true })),
  afterConvolution(2, "nn.MaxPool2d(2)", () => new MaxPool2d(2)),
  afterConvolution(2, "nn.MaxPool2d((2, 3), (2, 1), (1, 0), (3, 2))", () => {
    return new MaxPool2d([2, 3], { stride: [2, 1], padding: [1, 0], dilation: [3, 2] });
  }),
  afterConvolution(3, "nn.MaxPool3d((2, 3, 2), (1, 2, 2), 1, ceil_mode=True)", () => {
    return new MaxPool3d([2, 3, 2], { stride: [1, 2, 2], padding: 1, ceilMode: true });
  }),
  afterConvolution(3, "nn.MaxPool3d(2, 1, dilation=(2, 1, 3))", () => {
    return new MaxPool3d(2, { stride: 1, dilation: [2, 1, 3] });
  }),
  afterConvolution(1, "nn.AvgPool1d(4, 3, 2)", () => new AvgPool1d(4, { stride: 3, padding: 2 })),
  afterConvolution(2, "nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)", () => {
    return new AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false });
  }),
  afterConvolution(2, "nn.AvgPool2d((2, 3), divisor_override=4)", () => {
    return new AvgPool2d([2, 3], { divisorOverride: 4 });
  }),
  afterConvolution(3, "nn.AvgPool3d(3, 2, 1, ceil_mode=True)", () => {
    return new AvgPool3d(3, { stride: 2, padding: 1, ceilMode: true });
  }),
  afterConvolution(3, "nn.AvgPool3d(2, 2, 1, count_include_pad=False)", () => {
    return new AvgPool3d(2, { stride: 2, padding: 1, countIncludePad: false });
  }),
  afterConvolution(1, "nn.LPPool1d(2, 3, 2)", () => new LPPool1d(2, 3, { stride: 2 })),
  afterConvolution(2, "nn.LPPool2d(2, (2, 3), ceil_mode=True)", () => {
    return new LPPool2d(2, [2, 3], { ceilMode: true });
  }),
  afterConvolution(1, "nn.AdaptiveAvgPool1d(4)", () => new AdaptiveAvgPool1d(4)),
  afterConvolution(2, "nn.AdaptiveAvgPool2d((4, None))", () => new AdaptiveAvgPool2d([4, null])),
  afterConvolution(2, "nn.AdaptiveAvgPool2d(9)", () => new AdaptiveAvgPool2d(9)),
  afterConvolution(3, "nn.AdaptiveAvgPool3d((2, 3, 4))", () => new AdaptiveAvgPool3d([2, 3, 4])),
  afterConvolution(1, "nn.AdaptiveMaxPool1d(4)", () => new AdaptiveMaxPool1d(4)),
  afterConvolution(2, "nn.AdaptiveMaxPool2d((4, 3))", () => new AdaptiveMaxPool2d([4, 3])),
  afterConvolution(3, "nn.AdaptiveMaxPool3d((2, 3, 4))", () => new AdaptiveMaxPool3d([2, 3, 4])),
  afterConvolution(2, "Call(lambda x: x.mean((2, 3)))", () => new GlobalAveragePool()),
  afterConvolution(3, "Call(lambda x: x.amax((2, 3, 4)))", () => new GlobalMaxPool()),
];

type Pool = MaxPool1d | MaxPool2d | MaxPool3d;
type Unpool = MaxUnpool1d | MaxUnpool2d | MaxUnpool3d;
type Convolution = Conv1d | Conv2d | Conv3d;

/** Pooling with positions and its partial inverse, after a convolution. */
const unpooled = (
  rank: number,
  window: string,
  make: () => readonly [Convolution, Pool, Unpool],
  input: readonly number[],
): ModuleComparison => ({
  name: `nn.MaxUnpool${rank}d(${window})`,
  pytorch: `nn.ModuleList([nn.Conv${rank}d(2, 3, 1), nn.MaxPool${rank}d(${window}, return_indices=True), nn.MaxUnpool${rank}d(${window})])`,
  call: "(lambda y: m[2](*m[1](y), output_size=y.shape))(m[0](x[0]))",
  make: () => new ModuleList<Convolution | Pool | Unpool>(make()),
  run: (list: ModuleList<Convolution | Pool | Unpool>, [x]) => {
    const [convolution, pool, unpool] = [...list] as [Convolution, Pool, Unpool];
    const y = convolution.forward(x!);
    const { values, indices } = pool.forwardWithIndices(y);
    return [unpool.forward(values, indices, y.shape)];
  },
  inputs: [input],
});

const options = { seed: 1 };

const unpooling: readonly ModuleComparison[] = [
  unpooled(
    1,
    "3, 2, 1",
    () => {
      const window = { stride: 2, padding: 1 };
      return [new Conv1d(2, 3, 1, options), new MaxPool1d(3, window), new MaxUnpool1d(3, window)];
    },
    [2, 2, 9],
  ),
  unpooled(
    2,
    "(2, 3), (2, 1)",
    () => {
      const window = { stride: [2, 1] };
      return [new Conv2d(2, 3, 1, options), new MaxPool2d([2, 3], window), new MaxUnpool2d([2, 3], window)];
    },
    [2, 2, 7, 6],
  ),
  unpooled(
    3,
    "2",
    () => [new Conv3d(2, 3, 1, options), new MaxPool3d(2), new MaxUnpool3d(2)],
    [2, 2, 3, 4, 3],
  ),
];

/** The weights of neighbours are tables in f32. */
const interpolated: readonly ModuleComparison[] = [
  afterConvolution(1, "nn.Upsample(scale_factor=2)", () => new Upsample({ scaleFactor: 2 })),
  afterConvolution(1, "nn.Upsample(5, mode='linear')", () => new Upsample({ size: 5, mode: "linear" })),
  afterConvolution(2, "nn.Upsample((5, 13), mode='nearest-exact')", () => {
    return new Upsample({ size: [5, 13], mode: "nearest-exact" });
  }),
  afterConvolution(2, "nn.Upsample(scale_factor=1.5, mode='bilinear')", () => {
    return new Upsample({ scaleFactor: 1.5, mode: "linear" });
  }),
  afterConvolution(2, "nn.Upsample(scale_factor=2, mode='bicubic')", () => {
    return new Upsample({ scaleFactor: 2, mode: "cubic" });
  }),
  afterConvolution(2, "nn.Upsample((4, 20), mode='bicubic', align_corners=True)", () => {
    return new Upsample({ size: [4, 20], mode: "cubic", alignCorners: true });
  }),
  afterConvolution(2, "nn.Upsample((4, 5), mode='area')", () => new Upsample({ size: [4, 5], mode: "area" })),
  afterConvolution(3, "nn.Upsample((8, 3, 7))", () => new Upsample({ size: [8, 3, 7] })),
  afterConvolution(3, "nn.Upsample(scale_factor=2, mode='trilinear', align_corners=True)", () => {
    return new Upsample({ scaleFactor: 2, mode: "linear", alignCorners: true });
  }),
  afterConvolution(2, "nn.UpsamplingNearest2d(scale_factor=2)", () => {
    return new UpsamplingNearest2d({ scaleFactor: 2 });
  }),
  afterConvolution(2, "nn.UpsamplingBilinear2d((9, 12))", () => new UpsamplingBilinear2d({ size: [9, 12] })),
];

const rearranged: readonly ModuleComparison[] = [
  afterConvolution(2, "nn.PixelShuffle(2)", () => new PixelShuffle(2), 8),
  layer(
    "nn.Sequential(nn.Conv2d(2, 3, 1), nn.PixelUnshuffle(2))",
    () => new Sequential(new Conv2d(2, 3, 1, options), new PixelUnshuffle(2)),
    [2, 2, 4, 6],
  ),
  // PyTorch 1.13 has no derivative of `nn.ChannelShuffle`.
  afterConvolution(
    1,
    "Call(lambda x: x.reshape(2, 3, 2, 9).transpose(1, 2).reshape(2, 6, 9))",
    () => new ChannelShuffle(3),
    6,
  ),
  afterConvolution(3, "nn.Flatten()", () => new Flatten()),
  afterConvolution(3, "nn.Flatten(3)", () => new Flatten({ startAxis: 3 })),
  afterConvolution(2, "nn.Unflatten(1, (3, 2))", () => new Unflatten(1, [3, -1]), 6),
];

const widths = [1, 2, 3, 0, 2, 1];
const [w1, w2, w3] = [2, 4, 6].map((count) => widths.slice(0, count)) as [number[], number[], number[]];

const padding: readonly ModuleComparison[] = [
  afterConvolution(1, "nn.ConstantPad1d((1, 2), 0.0)", () => new ZeroPad1d(w1)),
  afterConvolution(2, "nn.ZeroPad2d((1, 2, 3, 0))", () => new ZeroPad2d(w2)),
  afterConvolution(2, "nn.ZeroPad2d((1, -1, -2, 0))", () => new ZeroPad2d([1, -1, -2, 0])),
  afterConvolution(3, "nn.ConstantPad3d((1, 2, 3, 0, 2, 1), 0.0)", () => new ZeroPad3d(w3)),
  afterConvolution(1, "nn.ConstantPad1d(2, 0.5)", () => new ConstantPad1d(2, 0.5)),
  afterConvolution(2, "nn.ConstantPad2d((1, 2, 3, 0), 0.5)", () => new ConstantPad2d(w2, 0.5)),
  afterConvolution(3, "nn.ConstantPad3d((1, 2, 3, 0, 2, 1), -1)", () => new ConstantPad3d(w3, -1)),
  afterConvolution(1, "nn.ReflectionPad1d((1, 2))", () => new ReflectionPad1d(w1)),
  afterConvolution(2, "nn.ReflectionPad2d((1, 2, 3, 0))", () => new ReflectionPad2d(w2)),
  afterConvolution(3, "nn.ReflectionPad3d((1, 2, 3, 0, 2, 1))", () => new ReflectionPad3d(w3)),
  afterConvolution(1, "nn.ReplicationPad1d((1, 2))", () => new ReplicationPad1d(w1)),
  afterConvolution(2, "nn.ReplicationPad2d((1, 2, 3, 0))", () => new ReplicationPad2d(w2)),
  afterConvolution(3, "nn.ReplicationPad3d((1, 2, 3, 0, 2, 1))", () => new ReplicationPad3d(w3)),
  // PyTorch 1.13 has no layers for it.
  afterConvolution(1, "Call(lambda x: F.pad(x, (1, 2), 'circular'))", () => new CircularPad1d(w1)),
  afterConvolution(2, "Call(lambda x: F.pad(x, (1, 2, 3, 0), 'circular'))", () => new CircularPad2d(w2)),
  afterConvolution(
    3,
    "Call(lambda x: F.pad(x, (1, 2, 3, 0, 2, 1), 'circular'))",
    () => new CircularPad3d(w3),
  ),
];

compareModules("courses of pooling, resizing and padding", [
  ...pooling,
  ...unpooling,
  ...interpolated.map(withConstants),
  ...rearranged,
  ...padding,
]);
