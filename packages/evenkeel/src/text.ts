export * from "@evenkeel/datasets/text";
