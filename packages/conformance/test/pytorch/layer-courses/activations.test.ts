import {
  CELU,
  CosineSimilarity,
  ELU,
  GELU,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  Identity,
  LeakyReLU,
  Linear,
  LogSigmoid,
  LogSoftmax,
  Mish,
  type Module,
  ModuleList,
  PairwiseDistance,
  PReLU,
  ReLU,
  ReLU6,
  RReLU,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmax2d,
  Softmin,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
  Threshold,
} from "@evenkeel/nn";
import { plainValues } from "../against-pytorch.ts";
import { compareModules } from "../compare-modules.ts";
import type { ModuleComparison } from "../run-module.ts";
import { afterConvolution, afterLinear, withConstants } from "./layer.ts";

/** Wide enough for every piece of the functions below. */
const values = plainValues("activations", [8, 5]);
const wide = { ...values, data: values.data.map((value) => 4 * value) };

const activation = (pytorch: string, make: () => Module): ModuleComparison =>
  afterLinear(pytorch, make, wide);

const activations: readonly ModuleComparison[] = [
  activation("nn.Identity()", () => new Identity()),
  activation("nn.ReLU()", () => new ReLU()),
  activation("nn.ReLU6()", () => new ReLU6()),
  activation("nn.LeakyReLU(0.3)", () => new LeakyReLU({ negativeSlope: 0.3 })),
  activation("nn.RReLU(0.1, 0.3).eval()", () => new RReLU({ lower: 0.1, upper: 0.3 }).eval()),
  activation("nn.PReLU()", () => new PReLU()),
  activation("nn.PReLU(6, init=0.1)", () => new PReLU(6, { init: 0.1 })),
  activation("nn.ELU(1.5)", () => new ELU({ alpha: 1.5 })),
  activation("nn.SELU()", () => new SELU()),
  activation("nn.CELU(0.5)", () => new CELU({ alpha: 0.5 })),
  activation("nn.GELU()", () => new GELU()),
  activation("nn.GELU(approximate='tanh')", () => new GELU({ approximate: "tanh" })),
  activation("nn.SiLU()", () => new SiLU()),
  activation("nn.Mish()", () => new Mish()),
  activation("nn.Sigmoid()", () => new Sigmoid()),
  activation("nn.LogSigmoid()", () => new LogSigmoid()),
  activation("nn.Tanh()", () => new Tanh()),
  // The derivative of PyTorch 1.13 is 1 / 6 in f32.
  withConstants(activation("nn.Hardsigmoid()", () => new Hardsigmoid())),
  activation("nn.Hardswish()", () => new Hardswish()),
  activation("nn.Hardtanh()", () => new Hardtanh()),
  activation("nn.Hardtanh(-2, 0.5)", () => new Hardtanh({ min: -2, max: 0.5 })),
  activation("nn.Threshold(0.5, -1)", () => new Threshold(0.5, -1)),
  activation("nn.Softplus(beta=2)", () => new Softplus({ beta: 2 })),
  activation("nn.Softsign()", () => new Softsign()),
  activation("nn.Softshrink(0.25)", () => new Softshrink({ lambda: 0.25 })),
  activation("nn.Hardshrink()", () => new Hardshrink()),
  activation("nn.Tanhshrink()", () => new Tanhshrink()),
  activation("nn.GLU()", () => new GLU()),
  activation("nn.Softmax(-1)", () => new Softmax()),
  activation("nn.LogSoftmax(1)", () => new LogSoftmax({ axis: 1 })),
  activation("nn.Softmin(1)", () => new Softmin({ axis: 1 })),
  afterConvolution(3, "nn.Softmax(1)", () => new Softmax({ axis: 1 })),
  afterConvolution(2, "nn.Softmax2d()", () => new Softmax2d()),
  afterConvolution(3, "nn.GLU(1)", () => new GLU({ axis: 1 }), 4),
  afterConvolution(2, "nn.PReLU(3)", () => new PReLU(3)),
];

type Similarity = CosineSimilarity | PairwiseDistance;

/** A layer of two inputs, after the same linear layer. */
const ofPairs = (
  pytorch: string,
  make: () => Similarity,
  second: readonly number[] = [7, 5],
): ModuleComparison => ({
  name: `${pytorch} of [7, 5] and [${second}]`,
  pytorch: `nn.ModuleList([nn.Linear(5, 6), ${pytorch}])`,
  call: "m[1](m[0](x[0]), m[0](x[1]))",
  make: () => new ModuleList<Linear | Similarity>([new Linear(5, 6, { seed: 1 }), make()]),
  run: (list: ModuleList<Linear | Similarity>, [a, b]) => {
    const [linear, similarity] = [...list] as [Linear, Similarity];
    return [similarity.forward(linear.forward(a!), linear.forward(b!))];
  },
  inputs: [[7, 5], second],
});

compareModules("courses of activations and similarities", [
  ...activations,
  ofPairs("nn.CosineSimilarity()", () => new CosineSimilarity()),
  ofPairs("nn.CosineSimilarity(0, 1e-3)", () => new CosineSimilarity({ axis: 0, epsilon: 1e-3 })),
  ofPairs("nn.PairwiseDistance()", () => new PairwiseDistance()),
  ofPairs("nn.PairwiseDistance()", () => new PairwiseDistance(), [5]),
  ofPairs("nn.PairwiseDistance(1, keepdim=True)", () => new PairwiseDistance({ p: 1, keepDims: true })),
  ofPairs("nn.PairwiseDistance(float('inf'))", () => new PairwiseDistance({ p: Infinity })),
  ofPairs("nn.PairwiseDistance(3, 1e-3)", () => new PairwiseDistance({ p: 3, epsilon: 1e-3 })),
]);
