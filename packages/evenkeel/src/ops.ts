export * from "@evenkeel/batchnorm/norms/ops";
export * from "@evenkeel/batchnorm/ops";
export * from "@evenkeel/tensor/ops";
