import { storeLanes } from "../../reduction/wasm/lanes.as";
import { exp } from "../../softmax/wasm/exponential.as";
import { GruCellArguments, GruCellGradientArguments, LstmCellArguments, LstmCellGradientArguments } from "./cells.kernels.as";

// One step of recurrent cells. An item is a row; vectors at its end are loaded whole, which the launch allows.

@inline
function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/** 1 / (1 + e^-x) within 4 ulp; NaN stays. */
@inline
function sigmoid(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp(f32x4.min(f32x4.neg(x), splat(88)))));
}

/** Cephes `tanhf`: a polynomial below 0.625, otherwise 1 - 2 / (e^2|x| + 1) with the sign of x. NaN stays. */
@inline
function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const power = exp(f32x4.min(f32x4.add(size, size), splat(88)));
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(power, splat(1))));
  const z = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(splat(-5.70498872745e-3), z), splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), splat(-3.33332819422e-1));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(p, z), x));
  const signed = v128.or(far, v128.and(x, i32x4.splat(1 << 31)));
  return v128.bitselect(near, signed, f32x4.lt(size, splat(0.625)));
}

@inline
function sigmoidSlope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(splat(1), y));
}

@inline
function tanhSlope(y: v128): v128 {
  return f32x4.sub(splat(1), f32x4.mul(y, y));
}

@inline
function store(to: usize, v: v128, lanes: usize): void {
  if (lanes >= 4) v128.store(to, v);
  else storeLanes(to, v, lanes);
}

export function lstmCell(begin: usize, end: usize, _scratch: usize, args: LstmCellArguments): void {
  const { gates, c, h, next, size } = args;
  const gate = size * 4;
  for (let row = begin; row < end; row++) {
    for (let j: usize = 0; j < size; j += 4) {
      const from = gates + row * gate * 4 + j * 4, at = row * gate + j * 4;
      const i = sigmoid(v128.load(from)), f = sigmoid(v128.load(from + gate));
      const g = tanh(v128.load(from + 2 * gate)), o = sigmoid(v128.load(from + 3 * gate));
      const memory = f32x4.add(f32x4.mul(f, v128.load(c + at)), f32x4.mul(i, g));
      store(next + at, memory, size - j);
      store(h + at, f32x4.mul(o, tanh(memory)), size - j);
    }
  }
}

export function lstmCellGradient(begin: usize, end: usize, _scratch: usize, args: LstmCellGradientArguments): void {
  const { gates, c, dh, dNext, dGates, dc, size } = args;
  const gate = size * 4;
  for (let row = begin; row < end; row++) {
    for (let j: usize = 0; j < size; j += 4) {
      const at = row * gate + j * 4, ofGates = row * gate * 4 + j * 4, lanes = size - j;
      const from = gates + ofGates, to = dGates + ofGates;
      const i = sigmoid(v128.load(from)), f = sigmoid(v128.load(from + gate));
      const g = tanh(v128.load(from + 2 * gate)), o = sigmoid(v128.load(from + 3 * gate));
      const before = v128.load(c + at), slope = v128.load(dh + at);
      const shown = tanh(f32x4.add(f32x4.mul(f, before), f32x4.mul(i, g)));
      const ofMemory = f32x4.add(v128.load(dNext + at), f32x4.mul(f32x4.mul(slope, o), tanhSlope(shown)));
      store(to, f32x4.mul(f32x4.mul(ofMemory, g), sigmoidSlope(i)), lanes);
      store(to + gate, f32x4.mul(f32x4.mul(ofMemory, before), sigmoidSlope(f)), lanes);
      store(to + 2 * gate, f32x4.mul(f32x4.mul(ofMemory, i), tanhSlope(g)), lanes);
      store(to + 3 * gate, f32x4.mul(f32x4.mul(slope, shown), sigmoidSlope(o)), lanes);
      store(dc + at, f32x4.mul(ofMemory, f), lanes);
    }
  }
}

export function gruCell(begin: usize, end: usize, _scratch: usize, args: GruCellArguments): void {
  const { x, hidden, h, y, size } = args;
  const gate = size * 4;
  for (let row = begin; row < end; row++) {
    for (let j: usize = 0; j < size; j += 4) {
      const at = row * gate + j * 4, ofGates = row * gate * 3 + j * 4;
      const a = x + ofGates, b = hidden + ofGates;
      const r = sigmoid(f32x4.add(v128.load(a), v128.load(b)));
      const z = sigmoid(f32x4.add(v128.load(a + gate), v128.load(b + gate)));
      const n = tanh(f32x4.add(v128.load(a + 2 * gate), f32x4.mul(r, v128.load(b + 2 * gate))));
      store(y + at, f32x4.add(n, f32x4.mul(z, f32x4.sub(v128.load(h + at), n))), size - j);
    }
  }
}

export function gruCellGradient(begin: usize, end: usize, _scratch: usize, args: GruCellGradientArguments): void {
  const { x, hidden, h, dy, dx, dHidden, dh, size } = args;
  const gate = size * 4;
  for (let row = begin; row < end; row++) {
    for (let j: usize = 0; j < size; j += 4) {
      const at = row * gate + j * 4, ofGates = row * gate * 3 + j * 4, lanes = size - j;
      const a = x + ofGates, b = hidden + ofGates;
      const kept = v128.load(b + 2 * gate), slope = v128.load(dy + at);
      const r = sigmoid(f32x4.add(v128.load(a), v128.load(b)));
      const z = sigmoid(f32x4.add(v128.load(a + gate), v128.load(b + gate)));
      const n = tanh(f32x4.add(v128.load(a + 2 * gate), f32x4.mul(r, kept)));
      const ofN = f32x4.mul(f32x4.mul(slope, f32x4.sub(splat(1), z)), tanhSlope(n));
      const ofR = f32x4.mul(f32x4.mul(ofN, kept), sigmoidSlope(r));
      const ofZ = f32x4.mul(f32x4.mul(slope, f32x4.sub(v128.load(h + at), n)), sigmoidSlope(z));
      store(dx + ofGates, ofR, lanes);
      store(dx + ofGates + gate, ofZ, lanes);
      store(dx + ofGates + 2 * gate, ofN, lanes);
      store(dHidden + ofGates, ofR, lanes);
      store(dHidden + ofGates + gate, ofZ, lanes);
      store(dHidden + ofGates + 2 * gate, f32x4.mul(ofN, r), lanes);
      store(dh + at, f32x4.mul(slope, z), lanes);
    }
  }
}
