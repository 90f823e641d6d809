import type { DType, Expression, ExpressionNode, ScalarType } from "@evenkeel/tensor";
import type { FunctionWriter } from "./function-writer.ts";
import { valueTypes } from "./function-writer.ts";
import { f32x4, i32, i32x4 } from "./opcodes.ts";
import type { ExpressionLayout, Parameters } from "./parameters.ts";
import type { Stage } from "./stages.ts";
import { cutIntoStages, stages } from "./stages.ts";
import {
  countElementBytes,
  emitDecode,
  emitEncode,
  emitLoad,
  emitLoadLane,
  emitLoadSplat,
  emitStore,
  emitStoreLane,
} from "./storage.ts";
import { emitFunction } from "./vector-operations.ts";

export const lanes = 4;

/**
 * Vectors in an unrolled step. Processors overlap few of the long chains in a row of steps: side by side, four took 40 % less
 * time than one for `exp`, `erf` and Threefry, and eight took more.
 */
export const unrolled = 4;

/** Locals that point at the operands of the next elements. */
export interface Cursors {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** The linear position, for expressions that use it. */
  readonly index: number;
}

/** An operand that moves with the elements: the local of its pointer, and the locals that it is loaded to or stored from. */
interface Stream {
  readonly cursor: number;
  readonly dtype: DType;
  readonly locals: readonly number[];
}

/**
 * The code for one expression, each node in a local of its own. Whole vectors and the last one to three elements go through
 * the same instructions, so an element's bits do not depend on its position.
 */
export class VectorBody {
  private readonly f: FunctionWriter;
  private readonly expression: Expression;
  private readonly parameters: Parameters;
  private readonly cursors: Cursors;
  private readonly stages: readonly Stage[];
  /** The locals of each node: one, or one for each vector of an unrolled step. */
  private readonly locals: readonly (readonly number[])[];
  private readonly loads: readonly Stream[];
  private readonly stores: readonly Stream[];
  private readonly usesIndex: boolean;

  constructor(
    f: FunctionWriter,
    expression: Expression,
    layout: ExpressionLayout,
    parameters: Parameters,
    cursors: Cursors,
  ) {
    const { nodes, inputs, outputs } = expression;
    this.f = f;
    this.expression = expression;
    this.parameters = parameters;
    this.cursors = cursors;
    this.stages = cutIntoStages(expression, layout.innermost);
    this.locals = this.stages.map((stage) =>
      Array.from({ length: stage === stages.element ? unrolled : 1 }, () => f.addLocal(valueTypes.v128)),
    );
    this.loads = nodes.flatMap((node, index) =>
      node.op === "input" && this.stages[index] === stages.element
        ? [{ cursor: cursors.reads[node.index]!, dtype: inputs[node.index]!, locals: this.locals[index]! }]
        : [],
    );
    this.stores = outputs.map(({ node, dtype }, output) => ({
      cursor: cursors.writes[output]!,
      dtype,
      locals: this.locals[node]!,
    }));
    this.usesIndex = nodes.some(({ op }) => op === "index");
  }

  emitCallStage(): void {
    this.emitStage(stages.call, 1);
  }

  emitRowStage(): void {
    this.emitStage(stages.row, 1);
  }

  /** Evaluates `unrolled` vectors side by side, then advances. */
  emitUnrolled(): void {
    const { f } = this;
    const copies = Array.from({ length: unrolled }, (_, copy) => copy);
    for (const { cursor, dtype, locals } of this.loads) {
      for (const copy of copies) {
        emitLoad(f, dtype, cursor, copy * lanes * countElementBytes(dtype));
        emitDecode(f, dtype).set(locals[copy]!);
      }
    }
    this.emitStage(stages.element, unrolled);
    const encoded = f.addLocal(valueTypes.v128);
    for (const { cursor, dtype, locals } of this.stores) {
      for (const copy of copies) {
        emitEncode(f.get(locals[copy] ?? locals[0]!), dtype).set(encoded);
        emitStore(f, dtype, cursor, encoded, copy * lanes * countElementBytes(dtype));
      }
    }
    this.advance((bytes) => f.i32(unrolled * lanes * bytes));
  }

  /** Evaluates one vector, or the remaining elements if there are fewer, then advances and subtracts them from `remaining`. */
  emitVectorOrRest(remaining: number): void {
    this.emitLoads(remaining);
    this.emitStage(stages.element, 1);
    this.emitStores(remaining);
  }

  private emitLoads(remaining: number): void {
    const { f, loads } = this;
    const whole = (): void => {
      for (const { cursor, dtype, locals } of loads) emitLoad(f, dtype, cursor).set(locals[0]!);
    };
    const rest = (): void => {
      for (const { locals } of loads) f.words(0).set(locals[0]!);
      this.emitPresentLanes(remaining, (lane) => {
        for (const { cursor, dtype, locals } of loads) emitLoadLane(f, dtype, cursor, locals[0]!, lane);
      });
    };
    f.get(remaining).i32(lanes).op(i32.geU).if(whole, rest);
    for (const { dtype, locals } of loads) emitDecode(f.get(locals[0]!), dtype).set(locals[0]!);
  }

  private emitStores(remaining: number): void {
    const { f } = this;
    const stores = this.stores.map(({ cursor, dtype, locals }) => {
      const encoded = f.addLocal(valueTypes.v128);
      emitEncode(f.get(locals[0]!), dtype).set(encoded);
      return { cursor, dtype, encoded };
    });
    const whole = (): void => {
      for (const { cursor, dtype, encoded } of stores) emitStore(f, dtype, cursor, encoded);
      this.advance((bytes) => f.i32(lanes * bytes));
      f.advance(remaining, -lanes);
    };
    const rest = (): void => {
      this.emitPresentLanes(remaining, (lane) => {
        for (const { cursor, dtype, encoded } of stores) emitStoreLane(f, dtype, cursor, encoded, lane);
      });
      this.advance((bytes) => f.get(remaining).i32(bytes).op(i32.mul));
      f.i32(0).set(remaining);
    };
    f.get(remaining).i32(lanes).op(i32.geU).if(whole, rest);
  }

  /** Writes code for the first lane, and for the second and third lanes, which runs only if they are present. */
  private emitPresentLanes(count: number, emitLane: (lane: number) => void): void {
    const { f } = this;
    emitLane(0);
    for (const lane of [1, 2]) {
      f.get(count).i32(lane).op(i32.gtU);
      f.if(() => emitLane(lane));
    }
  }

  private getLocal(node: number, copy: number): number {
    const locals = this.locals[node]!;
    return locals[copy] ?? locals[0]!;
  }

  private emitStage(stage: Stage, copies: number): void {
    this.expression.nodes.forEach((node, index) => {
      if (this.stages[index] !== stage) return;
      if (node.op === "input" && stage === stages.element) return;
      for (let copy = 0; copy < copies; copy++) {
        this.emitNode(node, copy);
        this.f.set(this.getLocal(index, copy));
      }
    });
  }

  private emitNode(node: ExpressionNode, copy: number): void {
    const { f, expression, cursors } = this;
    switch (node.op) {
      case "constant":
        f.words(encodeConstant(node.type, node.value));
        return;
      case "scalar":
        f.get(this.parameters.scalars[node.index]!).op(node.type === "f32" ? f32x4.splat : i32x4.splat);
        if (node.type === "bool") f.words(0).op(i32x4.ne);
        return;
      case "input": {
        const dtype = expression.inputs[node.index]!;
        emitDecode(emitLoadSplat(f, dtype, cursors.reads[node.index]!), dtype);
        return;
      }
      case "index": {
        const first = copy * lanes;
        f.get(cursors.index).op(i32x4.splat);
        f.words(first, first + 1, first + 2, first + 3).op(i32x4.add);
        return;
      }
      default: {
        const operands: readonly number[] = node.operands;
        emitFunction(
          f,
          node,
          operands.map((operand) => this.getLocal(operand, copy)),
          operands.map((operand) => expression.nodes[operand]!),
        );
      }
    }
  }

  /** Advances every cursor. `pushBytes` pushes the distance, given the bytes of an element. */
  private advance(pushBytes: (bytesOfElement: number) => void): void {
    const { f, cursors } = this;
    const move = (cursor: number, bytes: number): void => {
      f.get(cursor);
      pushBytes(bytes);
      f.op(i32.add).set(cursor);
    };
    for (const { cursor, dtype } of [...this.loads, ...this.stores]) move(cursor, countElementBytes(dtype));
    if (this.usesIndex) move(cursors.index, 1);
  }
}

const words = new DataView(new ArrayBuffer(4));

function encodeConstant(type: ScalarType, value: number): number {
  if (type === "bool") return value === 0 ? 0 : -1;
  if (type !== "f32") return value | 0;
  words.setFloat32(0, value);
  return words.getInt32(0);
}
