import type { ExpressionNode, ScalarType } from "@evenkeel/tensor";
import { emitFloatRemainder, emitSine, emitUnsignedDivision } from "./float64-operations.ts";
import type { FunctionWriter } from "./function-writer.ts";
import { f32x4, i32, i32x4, v128 } from "./opcodes.ts";

export type FunctionNode = Extract<ExpressionNode, { operands: readonly number[] }>;

const float32One = 0x3f800000;

type ByType = { readonly [type in ScalarType]?: number };

const integers = (opcode: number): ByType => ({ i32: opcode, u32: opcode });
const bits = (opcode: number): ByType => ({ i32: opcode, u32: opcode, bool: opcode });
/** For comparisons: masks compare as unsigned words, so false is less than true. */
const compare = (float: number, signed: number, unsigned: number): ByType => ({
  f32: float,
  i32: signed,
  u32: unsigned,
  bool: unsigned,
});

/** One instruction on the operands in order, chosen by the type of the first. */
const direct: { readonly [op: string]: ByType } = {
  neg: { f32: f32x4.neg, ...integers(i32x4.neg) },
  abs: { f32: f32x4.abs, i32: i32x4.abs },
  floor: { f32: f32x4.floor },
  ceil: { f32: f32x4.ceil },
  round: { f32: f32x4.nearest },
  trunc: { f32: f32x4.trunc },
  sqrt: { f32: f32x4.sqrt },
  not: bits(v128.not),
  add: { f32: f32x4.add, ...integers(i32x4.add) },
  sub: { f32: f32x4.sub, ...integers(i32x4.sub) },
  mul: { f32: f32x4.mul, ...integers(i32x4.mul) },
  div: { f32: f32x4.div },
  min: { f32: f32x4.min, i32: i32x4.minS, u32: i32x4.minU },
  max: { f32: f32x4.max, i32: i32x4.maxS, u32: i32x4.maxU },
  and: bits(v128.and),
  or: bits(v128.or),
  xor: bits(v128.xor),
  equal: compare(f32x4.eq, i32x4.eq, i32x4.eq),
  notEqual: compare(f32x4.ne, i32x4.ne, i32x4.ne),
  less: compare(f32x4.lt, i32x4.ltS, i32x4.ltU),
  lessEqual: compare(f32x4.le, i32x4.leS, i32x4.leU),
  greater: compare(f32x4.gt, i32x4.gtS, i32x4.gtU),
  greaterEqual: compare(f32x4.ge, i32x4.geS, i32x4.geU),
};

/**
 * Leaves the value of one node on the stack, four lanes wide; bool is a mask of all ones or all zeros.
 *
 * @param operands the locals that hold the operands
 * @param operandNodes the nodes they come from
 * @throws TypeError for a function that the type does not have
 */
export function emitFunction(
  f: FunctionWriter,
  node: FunctionNode,
  operands: readonly number[],
  operandNodes: readonly ExpressionNode[],
): void {
  const [a, b] = operands as [number, number];
  const from = operandNodes[0]!.type;
  const opcode = direct[node.op]?.[from];
  if (opcode !== undefined) {
    for (const operand of operands) f.get(operand);
    f.op(opcode);
  } else if (node.op === "select") emitSelect(f, node, operands, operandNodes[0]!);
  else if (node.op === "cast") emitCast(f, a, from, node.type);
  else if (node.op === "bitcast") emitBitcast(f, a, from);
  else if (node.op === "isNan" && from === "f32") f.get(a).get(a).op(f32x4.ne);
  else if (node.op === "abs" && from === "u32") f.get(a);
  else if (node.op === "div" && from === "u32") emitUnsignedDivision(f, a, b);
  else if (node.op === "rem" && from === "f32") emitFloatRemainder(f, a, b);
  else if (node.op === "sin" || node.op === "cos") emitSine(f, a, b, node.op === "sin" ? 0 : 1);
  else if (node.op === "shiftLeft" || node.op === "shiftRight") emitShift(f, node, a, b, operandNodes[1]!);
  else throw new TypeError(`${node.op}: found ${from}, which this function does not take`);
}

/** Selecting the smaller or larger of two floats by comparing the two is one instruction. Any other choice blends lanes. */
function emitSelect(
  f: FunctionWriter,
  node: FunctionNode,
  operands: readonly number[],
  condition: ExpressionNode,
): void {
  const [mask, yes, no] = operands as [number, number, number];
  const [, yesNode, noNode] = node.operands;
  if (node.type === "f32" && (condition.op === "less" || condition.op === "greater")) {
    const [p, q] = condition.operands;
    const [smaller, larger] = condition.op === "less" ? [p, q] : [q, p];
    if (smaller === yesNode && larger === noNode) {
      f.get(no).get(yes).op(f32x4.pmin);
      return;
    }
    if (smaller === noNode && larger === yesNode) {
      f.get(no).get(yes).op(f32x4.pmax);
      return;
    }
  }
  f.get(yes).get(no).get(mask).op(v128.bitselect);
}

function emitBitcast(f: FunctionWriter, a: number, from: ScalarType): void {
  f.get(a);
  if (from === "bool") f.words(1).op(v128.and);
}

function emitCast(f: FunctionWriter, a: number, from: ScalarType, to: ScalarType): void {
  f.get(a);
  if (from === "bool") f.words(to === "f32" ? float32One : to === "bool" ? -1 : 1).op(v128.and);
  else if (to === "bool") f.words(0).op(from === "f32" ? f32x4.ne : i32x4.ne);
  else if (to === "f32" && from !== "f32") f.op(from === "i32" ? f32x4.convertI32S : f32x4.convertI32U);
  else if (from === "f32" && to !== "f32") f.op(to === "i32" ? i32x4.truncSatF32S : i32x4.truncSatF32U);
}

/** A vector shift takes one count for all lanes: counts that differ are shifted lane by lane. */
function emitShift(f: FunctionWriter, node: FunctionNode, a: number, b: number, count: ExpressionNode): void {
  const [vector, scalar] =
    node.op === "shiftLeft"
      ? [i32x4.shl, i32.shl]
      : node.type === "i32"
        ? [i32x4.shrS, i32.shrS]
        : [i32x4.shrU, i32.shrU];
  f.get(a);
  if (count.op === "constant") {
    f.i32(count.value).op(vector);
    return;
  }
  for (let lane = 0; lane < 4; lane++) {
    f.get(a).op(i32x4.extractLane, lane).get(b).op(i32x4.extractLane, lane);
    f.op(scalar).op(i32x4.replaceLane, lane);
  }
}
