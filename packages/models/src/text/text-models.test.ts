import { ArgumentError } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { expect, test } from "vitest";
import { vdcnn, wordConvnet } from "../index.ts";

const backend = new MemoryBackend({ languages: [] });

// The sums by hand of the sizes in the papers.
test.each([
  ["wordConvnet", wordConvnet({ vocabularySize: 1000, backend }), 661_202],
  [
    "wordConvnet without batch norm",
    wordConvnet({ vocabularySize: 1000, normalization: "none", backend }),
    660_902,
  ],
  ["vdcnn", vdcnn({ vocabularySize: 70, classes: 4, backend }), 14_176_164],
])("%s has the parameters of its paper", (_name, model, count) => {
  expect(model.countParameters()).toBe(count);
});

const norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

test("names of saved state are those of attributes in PyTorch", () => {
  expect(Object.keys(wordConvnet({ vocabularySize: 9, widths: [2, 3], backend }).stateDict())).toEqual([
    "embedding.weight",
    "convs.0.weight",
    "convs.1.weight",
    ...norm.map((name) => `norms.0.${name}`),
    ...norm.map((name) => `norms.1.${name}`),
    "fc.weight",
    "fc.bias",
  ]);
  expect(Object.keys(vdcnn({ vocabularySize: 9, channels: [4], hidden: 5, backend }).stateDict())).toEqual([
    "embedding.weight",
    "conv.weight",
    "conv.bias",
    "blocks.0.conv1.weight",
    ...norm.map((name) => `blocks.0.bn1.${name}`),
    "blocks.0.conv2.weight",
    ...norm.map((name) => `blocks.0.bn2.${name}`),
    ...["fc1", "fc2", "fc3"].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
  ]);
});

const any = (options: object) => ({ vocabularySize: 9, ...options, backend }) as never;
test.each<[() => unknown, string]>([
  [() => wordConvnet(any({ vocabularySize: undefined })), "wordConvnet: vocabularySize: found undefined"],
  [
    () => wordConvnet(any({ widths: [] })),
    "wordConvnet: widths: found [], expected a list of at least one positive integer",
  ],
  [() => wordConvnet(any({ wordDropout: 2 })), "wordConvnet: wordDropout: found 2"],
  [() => wordConvnet(any({ normalization: "layer" })), 'wordConvnet: normalization: found "layer"'],
  [() => vdcnn(any({ channels: [8, 0] })), "vdcnn: channels: found [8, 0]"],
  [() => vdcnn(any({ masked: 1 })), "vdcnn: masked: found 1, expected true or false"],
  [() => vdcnn(any({ width: 8 })), 'vdcnn: found the option "width"'],
])("options out of range are rejected with the model's name: %#", (make, message) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(message);
});
