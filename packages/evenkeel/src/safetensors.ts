export * from "@evenkeel/tensor/safetensors";
