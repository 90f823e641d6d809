export * from "@evenkeel/datasets/images";
