export const suiteNames: readonly string[] = [
  "batchnorm",
  "matmul",
  "conv",
  "launch",
  "train-step",
  "fit",
  "inference",
  "attention",
  "recurrent",
  "memory",
  "size",
  "load",
];
