/** The activations as kernels know them. */
export const activationCodes = { none: 0, relu: 1, leakyRelu: 2 } as const;
