import { control, i32, local, v128 } from "./opcodes.ts";

/** Encodings of the value types. */
export const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = (typeof valueTypes)[keyof typeof valueTypes];

const emptyBlock = 0x40;

export function pushUnsigned(bytes: number[], value: number): void {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

export function pushSigned(bytes: number[], value: number): void {
  let rest = value | 0;
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
}

/** Writes one function, instruction by instruction. Every method returns the writer, so that lines read as programs. */
export class FunctionWriter {
  readonly parameters: readonly ValueType[];
  private readonly locals: ValueType[] = [];
  private readonly code: number[] = [];

  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters;
  }

  /** Adds a local variable. Parameters are the first locals. */
  addLocal(type: ValueType): number {
    return this.parameters.length + this.locals.push(type) - 1;
  }

  /** Writes an instruction and its immediates, which are small unsigned numbers. */
  op(opcode: number, ...immediates: number[]): this {
    const { code } = this;
    if (opcode > 0xff) {
      code.push(opcode >> 8);
      pushUnsigned(code, opcode & 0xff);
    } else code.push(opcode);
    for (const immediate of immediates) pushUnsigned(code, immediate);
    return this;
  }

  get(index: number): this {
    return this.op(local.get, index);
  }

  set(index: number): this {
    return this.op(local.set, index);
  }

  tee(index: number): this {
    return this.op(local.tee, index);
  }

  i32(value: number): this {
    this.code.push(i32.const);
    pushSigned(this.code, value);
    return this;
  }

  /** Pushes a vector of four 32-bit words. */
  words(a: number, b: number = a, c: number = a, d: number = a): this {
    this.op(v128.const);
    for (const word of [a, b, c, d]) {
      this.code.push(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24);
    }
    return this;
  }

  /** Writes a load or a store at a constant offset from its address, for any alignment. */
  memory(opcode: number, byteOffset: number, ...lane: number[]): this {
    return this.op(opcode, 0, byteOffset, ...lane);
  }

  /** `variable += amount` */
  advance(variable: number, amount: number): this {
    return this.get(variable).i32(amount).op(i32.add).set(variable);
  }

  /** Branches inside `body` to depth 0 leave the block. */
  block(body: () => void): this {
    this.code.push(control.block, emptyBlock);
    body();
    return this.op(control.end);
  }

  /** Branches inside `body` to depth 0 repeat it. */
  loop(body: () => void): this {
    this.code.push(control.loop, emptyBlock);
    body();
    return this.op(control.end);
  }

  /** Runs `yes` if the number on the stack is not 0, else `no`. */
  if(yes: () => void, no?: () => void): this {
    this.code.push(control.if, emptyBlock);
    yes();
    if (no !== undefined) {
      this.op(control.else);
      no();
    }
    return this.op(control.end);
  }

  /** The body as a module holds it: declarations of locals, then code. */
  body(): number[] {
    const runs: [count: number, type: ValueType][] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const bytes: number[] = [];
    pushUnsigned(bytes, runs.length);
    for (const [count, type] of runs) {
      pushUnsigned(bytes, count);
      bytes.push(type);
    }
    return [...bytes, ...this.code, control.end];
  }
}
