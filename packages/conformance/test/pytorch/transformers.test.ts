import {
  causalMask,
  LayerNorm,
  MultiheadAttention,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "@evenkeel/nn";
import { cast, type Tensor } from "@evenkeel/tensor";
import type { PlainTensor } from "./ask-pytorch.ts";
import { compareModules } from "./compare-modules.ts";
import type { ModuleComparison } from "./run-module.ts";

const bits = (shape: readonly number[], data: readonly number[]): PlainTensor => ({
  shape,
  data,
  dtype: "i32",
});
const toBool = (mask: Tensor | undefined): Tensor => cast(mask!, "bool");

/** Padding of keys [3, 7]: true at the end of two of three sequences. */
const padding = bits([3, 7], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1]);
/** Pairs that may not attend [5, 7]; no query loses all keys, with `padding` either. */
const blocked = bits(
  [5, 7],
  Array.from({ length: 35 }, (_, index) => Number(index % 7 > 1 && index % 3 === 0)),
);

const [query, key] = [
  [5, 3, 8],
  [7, 3, 8],
];

const attentions: readonly ModuleComparison<MultiheadAttention>[] = [
  {
    name: "attention to itself",
    pytorch: "nn.MultiheadAttention(8, 2)",
    call: "m(x[0], x[0], x[0])",
    make: () => new MultiheadAttention(8, 2, { seed: 1 }),
    run: (layer, [x]) => layer.forward(x!).map((y) => y!),
    inputs: [query!],
  },
  {
    name: "attention with masks of bool",
    pytorch: "nn.MultiheadAttention(8, 2)",
    call: "m(x[0], x[1], x[1], key_padding_mask=x[2].bool(), attn_mask=x[3].bool())",
    make: () => new MultiheadAttention(8, 2, { seed: 2 }),
    run: (layer, [q, k, p, a]) =>
      layer.forward(q!, k, k, { keyPaddingMask: toBool(p), attentionMask: toBool(a) }).map((y) => y!),
    inputs: [query!, key!, padding, blocked],
  },
  {
    name: "attention with a mask of floats for each head, weights of each head",
    pytorch: "nn.MultiheadAttention(8, 2, batch_first=True, bias=False)",
    call: "m(x[0], x[1], x[2], attn_mask=x[3], average_attn_weights=False)",
    make: () => new MultiheadAttention(8, 2, { batchFirst: true, bias: false, seed: 3 }),
    run: (layer, [q, k, v, attentionMask]) =>
      layer.forward(q!, k, v, { attentionMask, averageAttentionWeights: false }).map((y) => y!),
    inputs: [
      [3, 5, 8],
      [3, 7, 8],
      [3, 7, 8],
      [6, 5, 7],
    ],
  },
  {
    name: "attention to keys and values of other sizes, with both kinds of masks",
    pytorch: "nn.MultiheadAttention(8, 4, kdim=5, vdim=6)",
    call: "m(x[0], x[1], x[2], key_padding_mask=x[3].bool(), attn_mask=x[4])",
    make: () => new MultiheadAttention(8, 4, { kdim: 5, vdim: 6, seed: 4 }),
    run: (layer, [q, k, v, p, attentionMask]) =>
      layer.forward(q!, k, v, { keyPaddingMask: toBool(p), attentionMask }).map((y) => y!),
    inputs: [query!, [7, 3, 5], [7, 3, 6], padding, [5, 7]],
  },
  {
    name: "attention of one sequence without a batch",
    pytorch: "nn.MultiheadAttention(8, 2)",
    call: "m(x[0], x[1], x[1], need_weights=False)",
    make: () => new MultiheadAttention(8, 2, { seed: 5 }),
    run: (layer, [q, k]) => [layer.forward(q!, k, k, { needWeights: false })[0]],
    inputs: [
      [5, 8],
      [7, 8],
    ],
  },
  {
    name: "causal attention",
    pytorch: "nn.MultiheadAttention(8, 2)",
    call: "m(x[0], x[0], x[0], attn_mask=torch.full((5, 5), -torch.inf).triu(1))",
    make: () => new MultiheadAttention(8, 2, { seed: 6 }),
    run: (layer, [x]) => layer.forward(x!, x, x, { causal: true }).map((y) => y!),
    inputs: [query!],
  },
];

const encoders: readonly ModuleComparison<TransformerEncoderLayer>[] = [false, true].flatMap((normFirst) =>
  (["relu", "gelu"] as const).map((activation) => ({
    name: `encoder layer, ${activation}, norms ${normFirst ? "first" : "last"}`,
    pytorch: `nn.TransformerEncoderLayer(8, 2, 12, 0.0, "${activation}", norm_first=${normFirst ? "True" : "False"})`,
    call: "m(x[0], src_key_padding_mask=x[1].bool())",
    make: () =>
      new TransformerEncoderLayer(8, 2, { dimFeedforward: 12, dropout: 0, activation, normFirst, seed: 7 }),
    run: (layer, [x, p]) => [layer.forward(x!, { srcKeyPaddingMask: toBool(p) })],
    inputs: [key!, padding],
  })),
);

const decoders: readonly ModuleComparison<TransformerDecoderLayer>[] = [false, true].map((normFirst) => ({
  name: `decoder layer, norms ${normFirst ? "first" : "last"}`,
  pytorch: `nn.TransformerDecoderLayer(8, 2, 12, 0.0, layer_norm_eps=1e-3, batch_first=True, norm_first=${normFirst ? "True" : "False"})`,
  call: "m(x[0], x[1], tgt_mask=torch.full((5, 5), -torch.inf).triu(1), memory_mask=x[3].bool(), memory_key_padding_mask=x[2].bool())",
  make: () =>
    new TransformerDecoderLayer(8, 2, {
      dimFeedforward: 12,
      dropout: 0,
      layerNormEps: 1e-3,
      batchFirst: true,
      normFirst,
      seed: 8,
    }),
  run: (layer, [x, memory, p, m]) => [
    layer.forward(x!, memory!, {
      causal: true,
      memoryMask: toBool(m),
      memoryKeyPaddingMask: toBool(p),
    }),
  ],
  inputs: [[3, 5, 8], [3, 7, 8], padding, blocked],
}));

const small = { dimFeedforward: 12, dropout: 0 };

const stacks: readonly ModuleComparison[] = [
  {
    name: "encoder of two layers",
    pytorch: "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, 0.0), 2, nn.LayerNorm(8))",
    call: "m(x[0], mask=torch.full((7, 7), -torch.inf).triu(1))",
    make: () =>
      new TransformerEncoder(() => new TransformerEncoderLayer(8, 2, small), 2, { norm: new LayerNorm(8) }),
    run: (model: TransformerEncoder, [x]) => [model.forward(x!, { mask: causalMask(7) })],
    inputs: [key!],
  },
  {
    name: "decoder of two layers",
    pytorch: "nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 12, 0.0), 2)",
    call: "m(x[0], x[1])",
    make: () => new TransformerDecoder(() => new TransformerDecoderLayer(8, 2, small), 2),
    run: (model: TransformerDecoder, [x, memory]) => [model.forward(x!, memory!)],
    inputs: [query!, key!],
  },
  {
    name: "transformer",
    pytorch: "nn.Transformer(8, 2, 1, 1, 12, 0.0)",
    call: "m(x[1], x[0], src_key_padding_mask=x[2].bool(), memory_key_padding_mask=x[2].bool(), tgt_mask=m.generate_square_subsequent_mask(5))",
    make: () =>
      new Transformer({
        ...small,
        dModel: 8,
        nHead: 2,
        numEncoderLayers: 1,
        numDecoderLayers: 1,
        seed: 9,
      }),
    run: (model: Transformer, [x, source, p]) => [
      model.forward(source!, x!, { srcKeyPaddingMask: toBool(p), tgtCausal: true }),
    ],
    inputs: [query!, key!, padding],
  },
];

compareModules("transformers", [...attentions, ...encoders, ...decoders, ...stacks]);
