import { GRU, GRUCell, LSTM, LSTMCell, type RecurrentOptions, RNN, RNNCell } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { compareModules } from "./compare-modules.ts";
import type { ModuleComparison } from "./run-module.ts";

const lengths = [6, 2, 4];
const rnn = "torch.nn.utils.rnn";

/** The result of packed sequences as padded ones. */
const callPacked = (state: string, batchFirst = false): string => {
  const first = batchFirst ? "True" : "False";
  const packed = `${rnn}.pack_padded_sequence(x[0], [${lengths.join()}], batch_first=${first}, enforce_sorted=False)`;
  return `(lambda r: (${rnn}.pad_packed_sequence(r[0], batch_first=${first}, total_length=6)[0], r[1]))(m(${packed}${state}))`;
};

/** Arguments of PyTorch's constructors. */
function writeOptions({ numLayers, bias, batchFirst, bidirectional }: RecurrentOptions): string {
  const flag = (value: boolean | undefined, otherwise: boolean): string =>
    (value ?? otherwise) ? "True" : "False";
  return `num_layers=${numLayers ?? 1}, bias=${flag(bias, true)}, batch_first=${flag(batchFirst, false)}, bidirectional=${flag(bidirectional, false)}`;
}

const settings: readonly (readonly [name: string, options: RecurrentOptions])[] = [
  ["one layer", {}],
  ["two layers without bias", { numLayers: 2, bias: false }],
  ["two layers in both directions", { numLayers: 2, bidirectional: true }],
  ["the batch first, both directions", { batchFirst: true, bidirectional: true }],
];

const listAll = ([output, state]: readonly [Tensor, Tensor | readonly Tensor[]]): Tensor[] =>
  [output, state].flat() as Tensor[];

function compareLayers(
  name: string,
  kind: "RNN" | "GRU" | "LSTM",
  more: { readonly nonlinearity?: "relu"; readonly projSize?: number } = {},
): readonly ModuleComparison[] {
  const extra = more.nonlinearity
    ? ', nonlinearity="relu"'
    : more.projSize
      ? `, proj_size=${more.projSize}`
      : "";
  return settings.flatMap(([title, options]) => {
    const { numLayers = 1, batchFirst = false, bidirectional = false } = options;
    const directions = bidirectional ? 2 : 1;
    const outputs = more.projSize ?? 5;
    const states = [outputs, 5].map((size) => [numLayers * directions, 3, size]);
    const stateShapes = kind === "LSTM" ? states : states.slice(0, 1);
    const x = batchFirst ? [3, 6, 4] : [6, 3, 4];
    const common = {
      pytorch: `nn.${kind}(4, 5, ${writeOptions(options)}${extra})`,
      make: () =>
        kind === "RNN"
          ? new RNN(4, 5, { ...options, ...more, seed: 1 })
          : kind === "GRU"
            ? new GRU(4, 5, { ...options, seed: 1 })
            : new LSTM(4, 5, { ...options, ...more, seed: 1 }),
    };
    const given = kind === "LSTM" ? ", (x[1], x[2])" : ", x[1]";
    const run = (layer: RNN | GRU | LSTM, [input, h, c]: readonly Tensor[], options = {}): Tensor[] =>
      listAll(
        layer instanceof LSTM
          ? layer.forward(input!, h && [h, c!], options)
          : layer.forward(input!, h, options),
      );
    return [
      {
        ...common,
        name: `${name}, ${title}`,
        call: `m(x[0]${given})`,
        run: (layer: RNN, inputs: readonly Tensor[]) => run(layer, inputs),
        inputs: [x, ...stateShapes],
      },
      {
        ...common,
        name: `${name}, ${title}, ragged`,
        call: callPacked(given, batchFirst),
        run: (layer: RNN, inputs: readonly Tensor[]) => run(layer, inputs, { lengths }),
        inputs: [x, ...stateShapes],
      },
    ];
  });
}

const cells: readonly ModuleComparison[] = [
  {
    name: "RNN cell",
    pytorch: "nn.RNNCell(4, 5)",
    call: "m(x[0], x[1])",
    make: () => new RNNCell(4, 5, { seed: 2 }),
    run: (cell: RNNCell, [x, h]) => [cell.forward(x!, h)],
    inputs: [
      [3, 4],
      [3, 5],
    ],
  },
  {
    name: "RNN cell of one sample with ReLU, without bias",
    pytorch: 'nn.RNNCell(4, 5, bias=False, nonlinearity="relu")',
    call: "m(x[0], x[1])",
    make: () => new RNNCell(4, 5, { bias: false, nonlinearity: "relu", seed: 2 }),
    run: (cell: RNNCell, [x, h]) => [cell.forward(x!, h)],
    inputs: [[4], [5]],
  },
  {
    name: "GRU cell",
    pytorch: "nn.GRUCell(4, 5)",
    call: "m(x[0], x[1])",
    make: () => new GRUCell(4, 5, { seed: 2 }),
    run: (cell: GRUCell, [x, h]) => [cell.forward(x!, h)],
    inputs: [
      [3, 4],
      [3, 5],
    ],
  },
  {
    name: "LSTM cell",
    pytorch: "nn.LSTMCell(4, 5)",
    call: "m(x[0], (x[1], x[2]))",
    make: () => new LSTMCell(4, 5, { seed: 2 }),
    run: (cell: LSTMCell, [x, h, c]) => cell.forward(x!, [h!, c!]),
    inputs: [
      [3, 4],
      [3, 5],
      [3, 5],
    ],
  },
  {
    name: "LSTM of one sequence without a batch",
    pytorch: "nn.LSTM(4, 5)",
    call: "m(x[0])",
    make: () => new LSTM(4, 5, { seed: 2 }),
    run: (layer: LSTM, [x]) => listAll(layer.forward(x!)),
    inputs: [[6, 4]],
  },
];

const comparisons = [
  ...compareLayers("RNN", "RNN"),
  ...compareLayers("RNN with ReLU", "RNN", { nonlinearity: "relu" }),
  ...compareLayers("GRU", "GRU"),
  ...compareLayers("LSTM", "LSTM"),
  ...compareLayers("LSTM with projections", "LSTM", { projSize: 3 }),
  ...cells,
];

compareModules("recurrent layers", comparisons);
