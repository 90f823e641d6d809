export * from "@evenkeel/datasets/node";
export * from "@evenkeel/nn/node";
export * from "@evenkeel/tensor/node";
