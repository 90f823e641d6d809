import type { Expression, Value } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, scope, Tensor } from "@evenkeel/tensor";
import type { StepNumbers, UpdateRule } from "./update-rule.ts";

/** How gradients are limited. */
export interface Clipping {
  /** Whether they are multiplied by a factor, which is an input. */
  readonly byNorm: boolean;
  readonly maxValue?: number | undefined;
}

/** A rule and its expressions, which are built once: backends find compiled code by the identity of the expression. */
export class CompiledRule {
  /**
   * One launch for any number of values: inputs are value, slots, gradient, where gradients are clipped by their norm the factor
   * that they are multiplied by, and what the rule needs of the whole parameter; outputs are value and slots.
   */
  readonly update: Expression;
  private readonly rule: UpdateRule;
  private readonly clipping: Clipping;
  private gated: Expression | undefined;
  private readonly direction: Expression | undefined;

  constructor(rule: UpdateRule, clipping: Clipping) {
    const { whole } = rule;
    this.rule = rule;
    this.clipping = clipping;
    this.update = buildStep(rule, { ...clipping, takesWhole: whole !== undefined }, (...values) =>
      rule.update(...values),
    );
    this.direction =
      whole &&
      buildStep(rule, clipping, (value, slots, gradient, numbers) => [
        whole.direction(value, slots, gradient, numbers),
      ]);
  }

  /** The update with one more input, a number: where it is 0, values and slots stay as they are. */
  get gatedUpdate(): Expression {
    const { rule, clipping, takesWhole } = this;
    this.gated ??= buildStep(rule, { ...clipping, takesWhole, isGated: true }, (...values) =>
      rule.update(...values),
    );
    return this.gated;
  }

  get slots(): readonly string[] {
    return this.rule.slots;
  }

  /** Whether an update needs something of whole parameters. */
  get takesWhole(): boolean {
    return this.direction !== undefined;
  }

  listScalars(numbers: StepNumbers): readonly number[] {
    return this.rule.scalars(numbers);
  }

  /** What the update of a parameter needs of it: a flat tensor, or one number. `operands` are the inputs of the update before it. */
  computeWhole(operands: readonly Tensor[], scalars: readonly number[], value: Tensor): Tensor {
    return scope(() => {
      const [flat] = evaluateExpression(this.direction!, operands, { scalars }) as [Tensor];
      const direction = new Tensor(flat.storage, value, flat.byteOffset);
      const { storage, byteOffset, rank, size } = this.rule.whole!.compute(direction, value, scalars);
      return new Tensor(storage, { shape: rank === 0 ? [] : [size], dtype: "f32" }, byteOffset);
    });
  }
}

type StepInputs = Parameters<UpdateRule["update"]>;

interface StepForm extends Clipping {
  readonly takesWhole?: boolean;
  readonly isGated?: boolean;
}

function buildStep(
  rule: UpdateRule,
  { byNorm, maxValue, takesWhole = false, isGated = false }: StepForm,
  compute: (...inputs: StepInputs) => Value[],
): Expression {
  const count = rule.slots.length;
  const scalars = rule.scalars({ learningRate: 0, weightDecay: 0, step: 1 }).map(() => "f32" as const);
  const ofWholeAt = count + 2 + Number(byNorm);
  const inputs = new Array<"f32">(ofWholeAt + Number(takesWhole) + Number(isGated)).fill("f32");
  return buildExpression({ inputs, scalars }, (values, numbers) => {
    const given = values[count + 1]!;
    const scaled = byNorm ? e.mul(given, values[count + 2]!) : given;
    const gradient = maxValue === undefined ? scaled : limitValue(scaled, maxValue);
    const ofWhole = takesWhole ? values[ofWholeAt] : undefined;
    const results = compute(values[0]!, values.slice(1, count + 1), gradient, numbers, ofWhole);
    if (!isGated) return results;
    const isOpen = e.notEqual(values.at(-1)!, 0);
    return results.map((result, index) => e.select(isOpen, result, values[index]!));
  });
}

/** Comparisons instead of min and max preserve NaN. */
function limitValue(x: Value, limit: number): Value {
  const below = e.select(e.greater(x, limit), limit, x);
  return e.select(e.less(x, -limit), -limit, below);
}
