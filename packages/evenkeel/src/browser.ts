export * from "@evenkeel/nn/browser";
