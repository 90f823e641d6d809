export * from "@evenkeel/autodiff";
export * from "@evenkeel/backend-cpu";
export * from "@evenkeel/backend-webgpu";
export * from "@evenkeel/batchnorm";
export * from "@evenkeel/datasets";
export * from "@evenkeel/models";
export * from "@evenkeel/nn";
export * from "@evenkeel/tensor";
