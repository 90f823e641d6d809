import type { Expression, Tensor, Value } from "@evenkeel/tensor";
import {
  add,
  buildExpression,
  concatenate,
  deferStateChange,
  e,
  evaluateExpression,
  keep,
  makeAlias,
  ones,
  reshape,
  sum,
} from "@evenkeel/tensor";
import type { UpdateGate } from "../../optimizers/update-gate.ts";
import type { MeasuredBatch } from "../measurements/measure-batch.ts";

const exponent = 0x7f800000;

/** By its bits: compilers of shaders may assume that there is neither NaN nor infinity. */
const hasFiniteBits = (x: Value): Value => e.notEqual(e.and(e.bitcast(x, "u32"), exponent), exponent);

let rule: Expression | undefined;

/** The flag before, or 0 where the total, or a loss of which something counts, is not finite. */
const buildFlag = (): Expression =>
  (rule ??= buildExpression(
    { inputs: ["f32", "f32", "f32", "f32"], scalars: [] },
    ([before, total, loss, weight]) => {
      const isHarmless = e.or(hasFiniteBits(loss!), e.equal(weight!, 0));
      return e.select(e.and(hasFiniteBits(total!), isHarmless), before!, 0);
    },
  ));

/**
 * Keeps a model as it was before the first loss or gradient that is not finite: from that step on, no update takes place. The host
 * learns of it when it reads the flags. Gradients are checked by their sum, whose overflow counts too.
 */
export class FiniteGate implements UpdateGate {
  /** One element: 1, and 0 once the gate is closed. */
  private flag: Tensor | undefined;
  private measured: MeasuredBatch | undefined;
  private next: Tensor | undefined;

  /** Begins a step, in `wholeStep`. */
  begin(measured: MeasuredBatch): void {
    this.measured = measured;
    this.next = undefined;
  }

  admit(gradients: readonly Tensor[]): Tensor {
    const { row, readings } = this.measured!;
    // The first measure, the loss, has the first vectors, of one element each.
    const [measured] = row as [Tensor];
    const { weight = 1, weightAt } = readings[0] as { readonly weight?: number; readonly weightAt?: number };
    this.flag ??= keep(ones([1], { backend: measured.backend }));
    const { flag } = this;
    // The flag stands in for what is absent: it is finite, and where it is 0, so is the result.
    const loss = weight === 0 ? flag : measured;
    const divisor = weightAt === undefined ? flag : row[weightAt]!;
    const sums = gradients.map((gradient) => sum(gradient));
    const total = sums.length === 0 ? flag : sums.reduce((a, b) => add(a, b));
    const [next] = evaluateExpression(buildFlag(), [flag, total, loss, divisor]) as [Tensor];
    deferStateChange({
      commit: () => {
        this.flag?.dispose();
        this.flag = next;
      },
      discard: () => next.dispose(),
    });
    this.next = keep(next);
    return next;
  }

  /** Looks at gradients that are only accumulated. */
  watch(gradients: readonly Tensor[]): void {
    this.admit([concatenate(gradients.map((gradient) => reshape(gradient, [gradient.size])))]);
  }

  /** Ends a step. Returns its flag, which belongs to the caller. */
  end(): Tensor {
    return makeAlias(this.next ?? this.admit([]));
  }

  dispose(): void {
    this.flag?.dispose();
    this.flag = undefined;
  }
}
