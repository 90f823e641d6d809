import { checkTensors, checkValue } from "../../checks/check.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { broadcastShapes } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { getComputeType } from "../../expression/dtype.ts";
import { allTypes, checkNumber } from "../../expression/dtype-kinds.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { checkCommonDType, tensorOrNumber } from "./operands/binary.ts";

type Specs = readonly (Spec | undefined)[];

/** The dtype of the branches: that of the tensors among them, f32 for two numbers. */
const findBranchDType = ([, yes, no]: Specs): DType =>
  yes === undefined && no === undefined ? "f32" : checkCommonDType("where", [yes, no], allTypes);

/** y = condition ? yes : no; an absent branch is a number of the call. */
export const whereOp: Op = {
  name: "where",
  outputs: (inputs) => {
    checkDType("where", "condition", inputs[0]!, "bool");
    const shapes = inputs.flatMap((input) => (input === undefined ? [] : [input.shape]));
    return [{ shape: broadcastShapes(shapes, "where"), dtype: findBranchDType(inputs) }];
  },
  meaning: {
    expression: (inputs) => {
      const dtype = findBranchDType(inputs);
      const branches = inputs.slice(1);
      const present = branches.filter((input) => input !== undefined);
      return buildExpression(
        {
          inputs: ["bool", ...present.map(() => dtype)],
          scalars: new Array(branches.length - present.length).fill(getComputeType(dtype)),
          outputs: [dtype],
        },
        ([condition, ...values], scalars) => {
          const [yes, no] = branches.map((input) => (input === undefined ? scalars : values).shift()!);
          return e.select(condition!, yes!, no!);
        },
      );
    },
  },
};

/**
 * `yes` where the condition is true, `no` elsewhere. Only the chosen branch gets a gradient.
 *
 * Shapes: any three that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless the
 * condition is bool and the branches have one dtype.
 *
 * @example where(tensor([true, false]), tensor([1, 2]), 0) // [1, 0]
 */
export function where(condition: Tensor, yes: TensorOrNumber, no: TensorOrNumber): Tensor {
  checkTensors("where", condition);
  for (const branch of [yes, no]) checkValue("where", branch, tensorOrNumber);
  const inputs = [yes, no].map((branch) => (typeof branch === "number" ? undefined : branch));
  const scalars = [yes, no].filter((branch) => typeof branch === "number");
  const dtype = findBranchDType([condition, ...inputs]);
  for (const scalar of scalars) checkNumber("where", dtype, scalar);
  return execute(whereOp, [condition, ...inputs], {}, { scalars })[0]!;
}
