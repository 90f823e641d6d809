/** A residual block of ResNet-20 with the shortcut of option A (He et al. 2016, section 4.2). */
export interface ResidualBlock {
  /** PyTorch's name of the block. */
  readonly path: string;
  readonly stride: number;
  /** The number of channels that the block adds. */
  readonly added: number;
}

export function listBlocks(): ResidualBlock[] {
  return [1, 2, 3].flatMap((stage) =>
    [0, 1, 2].map((block) => {
      const isFirst = stage > 1 && block === 0;
      return {
        path: `layer${stage}.${block}`,
        stride: isFirst ? 2 : 1,
        added: isFirst ? 8 * 2 ** (stage - 1) : 0,
      };
    }),
  );
}
