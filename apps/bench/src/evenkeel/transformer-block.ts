import { LayerNorm, Linear, Module, type WeightOptions } from "@evenkeel/nn";
import { add, matmul, mean, mul, reshape, slice, softmax, type Tensor, transpose } from "@evenkeel/tensor";
import { transformer } from "../core/task.ts";

/** Attention of each position to all positions, by heads (Vaswani et al. 2017, section 3.2). */
class SelfAttention extends Module {
  readonly input: Linear;
  readonly output: Linear;

  constructor(options: WeightOptions) {
    super();
    const { width } = transformer;
    this.input = new Linear(width, 3 * width, options);
    this.output = new Linear(width, width, options);
  }

  /** The names of PyTorch's MultiheadAttention. */
  override *members(): ReturnType<Module["members"]> {
    yield ["in_proj_weight", this.input.weight];
    yield ["in_proj_bias", this.input.bias!];
    yield ["out_proj", this.output];
  }

  forward(x: Tensor): Tensor {
    const { width, heads } = transformer;
    const [batch, length] = x.shape as [number, number, number];
    const size = width / heads;
    const projected = reshape(this.input.forward(x), [batch, length, 3, heads, size]);
    const [query, key, value] = [0, 1, 2].map((part) => {
      const picked = slice(projected, { begin: [0, 0, part], end: [batch, length, part + 1] });
      return transpose(reshape(picked, [batch, length, heads, size]), [0, 2, 1, 3]);
    }) as [Tensor, Tensor, Tensor];
    const scores = matmul(mul(query, size ** -0.5), key, { transposeB: true });
    const attended = transpose(matmul(softmax(scores), value), [0, 2, 1, 3]);
    return this.output.forward(reshape(attended, [batch, length, width]));
  }
}

/** PyTorch's TransformerEncoderLayer without dropout, and a classifier of the mean over the positions. */
export class TransformerBlock extends Module {
  private readonly attention: SelfAttention;
  private readonly linear1: Linear;
  private readonly linear2: Linear;
  private readonly norm1: LayerNorm;
  private readonly norm2: LayerNorm;
  private readonly fc: Linear;

  constructor({ classes, ...options }: WeightOptions & { readonly classes: number }) {
    super();
    const { width, hidden } = transformer;
    this.attention = new SelfAttention(options);
    this.linear1 = new Linear(width, hidden, options);
    this.linear2 = new Linear(hidden, width, options);
    this.norm1 = new LayerNorm(width, { backend: options.backend });
    this.norm2 = new LayerNorm(width, { backend: options.backend });
    this.fc = new Linear(width, classes, options);
  }

  override *members(): ReturnType<Module["members"]> {
    const { attention, linear1, linear2, norm1, norm2, fc } = this;
    yield ["self_attn", attention];
    yield* Object.entries({ linear1, linear2, norm1, norm2, fc });
  }

  forward(x: Tensor): Tensor {
    const attended = this.norm1.forward(add(x, this.attention.forward(x)));
    const hidden = this.linear1.forwardWith(attended, { activation: "relu" });
    const y = this.norm2.forward(add(attended, this.linear2.forward(hidden)));
    return this.fc.forward(mean(y, { axis: 1 }));
  }
}
