/** The numbers by which kernels know activations. */
export const activationCodes = { none: 0, relu: 1, leakyRelu: 2 } as const;
