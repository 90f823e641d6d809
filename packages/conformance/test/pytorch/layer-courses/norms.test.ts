import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  BatchRenorm1d,
  BatchRenorm2d,
  BatchRenorm3d,
  Conv1d,
  Conv2d,
  Conv3d,
  GhostBatches,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  Linear,
  LocalResponseNorm,
  MaskedBatchNorm,
  ReLU,
  RMSNorm,
  Sequential,
} from "@evenkeel/nn";
import { cast } from "@evenkeel/tensor";
import { compareModules } from "../compare-modules.ts";
import type { ModuleComparison } from "../run-module.ts";
import { afterConvolution, afterLinear, layer } from "./layer.ts";

const [rows, sequences, images, volumes] = [
  [7, 3],
  [4, 3, 5],
  [4, 3, 4, 5],
  [2, 3, 2, 4, 3],
] as const;

/** Without biases, whose gradients are 0 before a norm. */
const bare = { bias: false, seed: 1 };

compareModules("courses of norms", [
  layer("nn.BatchNorm1d(3)", () => new BatchNorm1d(3), rows),
  layer("nn.BatchNorm1d(3, momentum=0.3)", () => new BatchNorm1d(3, { momentum: 0.3 }), sequences),
  layer("nn.BatchNorm2d(3, eps=0.1)", () => new BatchNorm2d(3, { epsilon: 0.1 }), images),
  layer("nn.BatchNorm2d(3, momentum=None)", () => new BatchNorm2d(3, { momentum: null }), images),
  layer(
    "nn.BatchNorm2d(3, track_running_stats=False)",
    () => new BatchNorm2d(3, { trackRunningStats: false }),
    images,
  ),
  layer("nn.BatchNorm3d(3)", () => new BatchNorm3d(3), volumes),
  layer("nn.BatchNorm1d(3).eval()", () => new BatchNorm1d(3).eval(), rows),
  layer("nn.BatchNorm2d(3).eval()", () => new BatchNorm2d(3).eval(), images),
  layer("nn.BatchNorm3d(3).eval()", () => new BatchNorm3d(3).eval(), volumes),
  layer(
    "nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU())",
    () => new Sequential(new Conv2d(3, 4, 3, { padding: 1, ...bare }), new BatchNorm2d(4), new ReLU()),
    images,
  ),
  layer(
    "nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU()).eval()",
    () => new Sequential(new Conv2d(3, 4, 1, { seed: 1 }), new BatchNorm2d(4), new ReLU()).eval(),
    images,
  ),
  layer(
    "nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4).eval().requires_grad_(False))",
    () => new Sequential(new Conv2d(3, 4, 1, { seed: 1 }), new BatchNorm2d(4).freeze()),
    images,
  ),
  layer(
    "nn.Sequential(nn.Conv1d(3, 4, 3, bias=False), nn.BatchNorm1d(4), nn.ReLU())",
    () => new Sequential(new Conv1d(3, 4, 3, bare), new BatchNorm1d(4), new ReLU()),
    sequences,
  ),
  layer(
    "nn.Sequential(nn.Conv3d(3, 4, 1, bias=False), nn.BatchNorm3d(4, affine=False))",
    () => new Sequential(new Conv3d(3, 4, 1, bare), new BatchNorm3d(4, { affine: false })),
    volumes,
  ),
  layer(
    "nn.BatchNorm2d(3, track_running_stats=False).eval()",
    () => new BatchNorm2d(3, { trackRunningStats: false }).eval(),
    images,
  ),
  layer("GhostBatchNorm(3, 2)", () => new BatchNorm2d(3, { ghosts: new GhostBatches(2) }), images),
  {
    name: "MaskedBatchNorm(3)",
    pytorch: "MaskedBatchNorm(3)",
    call: "m(x[0], x[1][:, 0].bool())",
    make: () => new MaskedBatchNorm(3),
    run: (norm: MaskedBatchNorm, [x, mask]) => [norm.forward(x!, cast(mask!, "bool"))],
    inputs: [
      sequences,
      { shape: [4, 1, 5], dtype: "i32", data: [1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0] },
    ],
  } satisfies ModuleComparison<MaskedBatchNorm>,
  layer("BatchRenorm(3, 1.05, 0.1)", () => new BatchRenorm1d(3, { rMax: 1.05, dMax: 0.1 }), rows),
  layer("BatchRenorm(3, 3, 5, momentum=0.3)", () => new BatchRenorm2d(3, { momentum: 0.3 }), images),
  layer("BatchRenorm(3, 1.2, 0.05)", () => new BatchRenorm3d(3, { rMax: 1.2, dMax: 0.05 }), volumes),
  layer("BatchRenorm(3, 3, 5).eval()", () => new BatchRenorm2d(3).eval(), images),

  layer("nn.LayerNorm(6)", () => new LayerNorm(6), [3, 5, 6]),
  layer("nn.LayerNorm([4, 5], eps=0.1)", () => new LayerNorm([4, 5], { epsilon: 0.1 }), images),
  layer("without_bias(nn.LayerNorm(6))", () => new LayerNorm(6, { bias: false }), [7, 6]),
  layer(
    "nn.Sequential(nn.Linear(3, 5), nn.LayerNorm(5, elementwise_affine=False))",
    () => new Sequential(new Linear(3, 5, { seed: 1 }), new LayerNorm(5, { elementwiseAffine: false })),
    rows,
  ),
  layer("RMSNorm([6])", () => new RMSNorm(6), [3, 5, 6]),
  layer("RMSNorm([4, 5], 0.1)", () => new RMSNorm([4, 5], { epsilon: 0.1 }), images),
  layer(
    "nn.Sequential(nn.Linear(3, 5), RMSNorm([5], affine=False))",
    () => new Sequential(new Linear(3, 5, { seed: 1 }), new RMSNorm(5, { elementwiseAffine: false })),
    rows,
  ),
  layer("nn.GroupNorm(2, 6)", () => new GroupNorm(2, 6), [3, 6, 4, 3]),
  layer("nn.GroupNorm(3, 6, eps=0.1)", () => new GroupNorm(3, 6, { epsilon: 0.1 }), [5, 6]),
  afterConvolution(1, "nn.GroupNorm(2, 4, affine=False)", () => new GroupNorm(2, 4, { affine: false }), 4),
  layer("nn.InstanceNorm1d(3, affine=True)", () => new InstanceNorm1d(3, { affine: true }), sequences),
  layer(
    "nn.InstanceNorm2d(3, affine=True, track_running_stats=True, momentum=0.3)",
    () => new InstanceNorm2d(3, { affine: true, trackRunningStats: true, momentum: 0.3 }),
    images,
  ),
  layer(
    "nn.InstanceNorm2d(3, affine=True, track_running_stats=True).eval()",
    () => new InstanceNorm2d(3, { affine: true, trackRunningStats: true }).eval(),
    images,
  ),
  layer(
    "nn.Sequential(nn.Conv3d(3, 4, 1, bias=False), nn.InstanceNorm3d(4))",
    () => new Sequential(new Conv3d(3, 4, 1, bare), new InstanceNorm3d(4)),
    volumes,
  ),
  afterConvolution(2, "nn.LocalResponseNorm(3, 0.3, 0.6, 1.5)", () => {
    return new LocalResponseNorm(3, { alpha: 0.3, beta: 0.6, k: 1.5 });
  }),
  afterConvolution(1, "nn.LocalResponseNorm(4)", () => new LocalResponseNorm(4), 6),
  afterLinear(
    "Call(lambda x: F.local_response_norm(x.unsqueeze(2), 3, alpha=0.3).squeeze(2))",
    () => new LocalResponseNorm(3, { alpha: 0.3 }),
    [4, 5],
  ),
]);
