import type { Expression, ExpressionNode, ScalarType } from "@evenkeel/tensor";
import { operandsOf } from "@evenkeel/tensor";
import type { FunctionWriter } from "./function-writer.ts";
import { valueTypes } from "./function-writer.ts";
import { f32x4, i32, i32x4, v128 } from "./opcodes.ts";
import type { ExpressionLayout, Parameters } from "./parameters.ts";
import { bytesOfElement, emitDecode, emitEncode, emitLoad, emitLoadSplat, emitStore } from "./storage.ts";
import { emitFunction } from "./vector-operations.ts";

export const lanes = 4;

/** How often a node's value changes: once a call, with the row, or with every element. */
const stages = { call: 0, row: 1, element: 2 } as const;
type Stage = (typeof stages)[keyof typeof stages];

const words = new DataView(new ArrayBuffer(4));

function bitsOf(type: ScalarType, value: number): number {
  if (type === "bool") return value === 0 ? 0 : -1;
  if (type !== "f32") return value | 0;
  words.setFloat32(0, value);
  return words.getInt32(0);
}

function stagesOf(expression: Expression, innermost: readonly (0 | 1)[]): Stage[] {
  const result: Stage[] = [];
  for (const node of expression.nodes) {
    const own =
      node.op === "index"
        ? stages.element
        : node.op === "input"
          ? innermost[node.index] === 1
            ? stages.element
            : stages.row
          : stages.call;
    result.push(Math.max(own, ...operandsOf(node).map((operand) => result[operand]!)) as Stage);
  }
  return result;
}

/** Where the operands of the next elements are, in locals. */
export interface Cursors {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** The linear position, for expressions that use it. */
  readonly index: number;
}

/**
 * The code for one expression, each node in a local of its own. Full vectors and the last one to three elements go through the
 * same instructions, so an element's bits do not depend on its position.
 */
export class VectorBody {
  private readonly f: FunctionWriter;
  private readonly expression: Expression;
  private readonly parameters: Parameters;
  private readonly cursors: Cursors;
  private readonly innermost: readonly (0 | 1)[];
  private readonly stages: readonly Stage[];
  /** Of each node: one local, or one for each vector of an unrolled step. */
  private readonly locals: readonly (readonly number[])[];
  /** Vectors in an unrolled step: short expressions are limited by the loop around them. */
  readonly unrolled: number;

  constructor(
    f: FunctionWriter,
    expression: Expression,
    { innermost }: ExpressionLayout,
    parameters: Parameters,
    cursors: Cursors,
  ) {
    this.f = f;
    this.expression = expression;
    this.innermost = innermost;
    this.parameters = parameters;
    this.cursors = cursors;
    this.stages = stagesOf(expression, innermost);
    const size = this.stages.filter((stage) => stage === stages.element).length;
    const unrolled = size <= 8 ? 4 : size <= 24 ? 2 : 1;
    this.unrolled = unrolled;
    this.locals = this.stages.map((stage) =>
      Array.from({ length: stage === stages.element ? unrolled : 1 }, () => f.newLocal(valueTypes.v128)),
    );
  }

  emitCallStage(): void {
    this.emitStage(stages.call, 1);
  }

  emitRowStage(): void {
    this.emitStage(stages.row, 1);
  }

  /** Evaluates `copies` neighbouring vectors, stores them and moves the cursors behind them. */
  emitVectors(copies: number): void {
    const { f, expression, cursors } = this;
    expression.nodes.forEach((node, index) => {
      if (node.op !== "input" || this.innermost[node.index] === 0) return;
      const dtype = expression.inputs[node.index]!;
      for (let copy = 0; copy < copies; copy++) {
        emitLoad(f, dtype, cursors.reads[node.index]!, copy * lanes * bytesOfElement(dtype));
        f.set(this.local(index, copy));
      }
    });
    this.emitStage(stages.element, copies);
    expression.outputs.forEach(({ node, dtype }, output) => {
      for (let copy = 0; copy < copies; copy++) {
        const byteOffset = copy * lanes * bytesOfElement(dtype);
        emitStore(f, dtype, cursors.writes[output]!, byteOffset, this.local(node, copy));
      }
    });
    this.advance((bytes) => f.i32(copies * lanes * bytes));
  }

  /** Evaluates the last elements, whose number is in the local `count`: 1, 2 or 3. */
  emitTail(count: number): void {
    const { f, expression, cursors } = this;
    const inputs = expression.nodes.flatMap((node, index) =>
      node.op === "input" && this.innermost[node.index] === 1
        ? [{ local: this.local(index, 0), dtype: expression.inputs[node.index]!, read: node.index }]
        : [],
    );
    for (const { local } of inputs) f.words(0).set(local);
    this.emitPresentLanes(count, (lane) => {
      for (const { local, dtype, read } of inputs) {
        const bytes = bytesOfElement(dtype);
        f.get(cursors.reads[read]!).get(local);
        f.memory(bytes === 4 ? v128.load32Lane : v128.load8Lane, lane * bytes, lane).set(local);
      }
    });
    for (const { local, dtype } of inputs) {
      f.get(local);
      emitDecode(f, dtype);
      f.set(local);
    }
    this.emitStage(stages.element, 1);
    const encoded = expression.outputs.map(({ node, dtype }) => {
      const local = f.newLocal(valueTypes.v128);
      emitEncode(f, dtype, this.local(node, 0));
      f.set(local);
      return { local, bytes: bytesOfElement(dtype) };
    });
    this.emitPresentLanes(count, (lane) => {
      encoded.forEach(({ local, bytes }, output) => {
        f.get(cursors.writes[output]!).get(local);
        f.memory(bytes === 4 ? v128.store32Lane : v128.store8Lane, lane * bytes, lane);
      });
    });
    this.advance((bytes) => f.get(count).i32(bytes).op(i32.mul));
  }

  private emitPresentLanes(count: number, emitLane: (lane: number) => void): void {
    emitLane(0);
    this.f
      .get(count)
      .i32(1)
      .op(i32.gtU)
      .if(() => emitLane(1));
    this.f
      .get(count)
      .i32(2)
      .op(i32.gtU)
      .if(() => emitLane(2));
  }

  private local(node: number, copy: number): number {
    const locals = this.locals[node]!;
    return locals[copy] ?? locals[0]!;
  }

  private emitStage(stage: Stage, copies: number): void {
    this.expression.nodes.forEach((node, index) => {
      if (this.stages[index] !== stage) return;
      if (node.op === "input" && stage === stages.element) return;
      for (let copy = 0; copy < copies; copy++) {
        this.emitNode(node, copy);
        this.f.set(this.local(index, copy));
      }
    });
  }

  private emitNode(node: ExpressionNode, copy: number): void {
    const { f, expression } = this;
    switch (node.op) {
      case "constant":
        f.words(bitsOf(node.type, node.value));
        return;
      case "scalar":
        f.get(this.parameters.scalars[node.index]!).op(node.type === "f32" ? f32x4.splat : i32x4.splat);
        if (node.type === "bool") f.words(0).op(i32x4.ne);
        return;
      case "input":
        emitLoadSplat(f, expression.inputs[node.index]!, this.cursors.reads[node.index]!);
        return;
      case "index":
        f.get(this.cursors.index).op(i32x4.splat);
        f.words(copy * lanes, copy * lanes + 1, copy * lanes + 2, copy * lanes + 3).op(i32x4.add);
        return;
      default: {
        const operands = node.operands as readonly number[];
        emitFunction(
          f,
          node,
          operands.map((operand) => this.local(operand, copy)),
          operands.map((operand) => expression.nodes[operand]!),
        );
      }
    }
  }

  /** Moves every cursor on; `amount` puts the distance on the stack, given the bytes of an element. */
  private advance(amount: (bytesOfElement: number) => void): void {
    const { f, expression, cursors } = this;
    const move = (cursor: number, bytes: number): void => {
      f.get(cursor);
      amount(bytes);
      f.op(i32.add).set(cursor);
    };
    expression.inputs.forEach((dtype, input) => {
      if (this.innermost[input] === 1) move(cursors.reads[input]!, bytesOfElement(dtype));
    });
    expression.outputs.forEach(({ dtype }, output) => {
      move(cursors.writes[output]!, bytesOfElement(dtype));
    });
    if (expression.nodes.some(({ op }) => op === "index")) move(cursors.index, 1);
  }
}
