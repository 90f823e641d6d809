export * from "@evenkeel/datasets/browser";
export * from "@evenkeel/nn/browser";
