export * from "@evenkeel/datasets/annotations";
