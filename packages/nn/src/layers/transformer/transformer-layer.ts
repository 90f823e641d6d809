import type { Tensor } from "@evenkeel/tensor";
import { add, scope } from "@evenkeel/tensor";
import { withNames } from "../../module/failure.ts";
import type { Member } from "../../module/member.ts";
import { Module } from "../../module/module.ts";
import { withStateNames } from "../../module/state-names.ts";
import type { Dropout } from "../dropout.ts";
import { runSequence } from "../fusion.ts";
import type { Linear } from "../linear.ts";
import type { MultiheadAttention, MultiheadAttentionInputs } from "./multihead-attention.ts";
import type { TokenNorm } from "./token-norm.ts";
import { normalizeTokens } from "./token-norm.ts";
import type { TransformerLayerOptions, TransformerParts } from "./transformer-options.ts";

const stateNames = { selfAttention: "self_attn", crossAttention: "multihead_attn" };

/** One of the sums of a layer: its norm, and the dropout of what is added. */
interface Branch {
  readonly norm: TokenNorm;
  readonly dropout: Dropout;
}

/** The base class of the layers of encoders and decoders. */
export abstract class TransformerLayer<Inputs extends readonly unknown[]> extends Module<Inputs> {
  readonly selfAttention: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: TokenNorm;
  readonly norm2: TokenNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly activation: Module;
  readonly batchFirst: boolean;
  readonly normFirst: boolean;

  constructor(parts: TransformerParts, dModel: number, options: TransformerLayerOptions) {
    super();
    const { dimFeedforward = 2048, rotary } = options;
    this.batchFirst = parts.batchFirst;
    this.normFirst = parts.normFirst;
    this.selfAttention = parts.makeAttention(rotary);
    this.linear1 = parts.makeLinear(dModel, dimFeedforward);
    this.dropout = parts.makeActivationDropout();
    this.linear2 = parts.makeLinear(dimFeedforward, dModel);
    this.norm1 = parts.makeNorm();
    this.norm2 = parts.makeNorm();
    this.dropout1 = parts.makeDropout();
    this.dropout2 = parts.makeDropout();
    this.activation = parts.makeActivation();
  }

  override *members(): Generator<[name: string, member: Member]> {
    yield* withStateNames(super.members(), stateNames);
  }

  /** The sum of x and a branch, with the norm before or behind it. */
  protected addBranch(
    x: Tensor,
    branch: Branch,
    padding: Tensor | undefined,
    run: (x: Tensor) => Tensor,
  ): Tensor {
    return this.addBranchWith(x, branch, padding, (values) => [run(values), undefined])[0];
  }

  /** As `addBranch`, for a branch that gives something besides its output. */
  protected addBranchWith<Extra>(
    x: Tensor,
    { norm, dropout }: Branch,
    padding: Tensor | undefined,
    run: (x: Tensor) => readonly [output: Tensor, extra: Extra],
  ): readonly [sum: Tensor, extra: Extra] {
    return withNames(this, () =>
      scope(() => {
        const normalize = (values: Tensor): Tensor =>
          normalizeTokens(norm, values, { mask: padding, batchFirst: this.batchFirst });
        const [output, extra] = run(this.normFirst ? normalize(x) : x);
        const sum = add(x, dropout.forward(output));
        return [this.normFirst ? sum : normalize(sum), extra] as const;
      }),
    );
  }

  protected attendToSelf(x: Tensor, inputs: MultiheadAttentionInputs): Tensor {
    return this.selfAttention.forward(x, x, x, { ...inputs, needWeights: false })[0];
  }

  protected feedForward(x: Tensor): Tensor {
    const { linear1, activation, dropout, linear2 } = this;
    return runSequence([linear1, activation, dropout, linear2], x);
  }

  override describe(): string {
    const { selfAttention, linear1 } = this;
    const [width] = linear1.weight.value.shape;
    return `${this.constructor.name} ${selfAttention.embedDim}, ${selfAttention.numHeads} heads, hidden ${width}`;
  }
}
