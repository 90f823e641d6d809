export * from "@evenkeel/batchnorm/ops";
export * from "@evenkeel/tensor/ops";
