export const suiteNames: readonly string[] = [
  "batchnorm",
  "matmul",
  "conv",
  "launch",
  "train-step",
  "memory",
  "size",
  "load",
];
