export * from "@evenkeel/nn/worker";
