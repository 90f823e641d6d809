import { ConvolutionSizes } from "./convolution.kernels.as";

// One axis of a convolution. The kernel reads a source and writes a target: x and y of the convolution itself, dy and dx of its
// input gradient ("transposed"), where the targets of one residue modulo the stride (a phase) see the same taps.

/**
 * Target pixel `phase + step * u` reads source pixel `jump * u + shift(tap)` for each tap of its phase. In memory, so that it
 * can be passed on: all sizes are in pixels.
 */
// @ts-ignore: decorator
@unmanaged
class Axis {
  source: i32;
  target: i32;
  kernel: i32;
  stride: i32;
  padding: i32;
  dilation: i32;
  transposed: i32;
  step: i32;
  jump: i32;
  phase: i32;
  /** Taps of the phase, and of the phases before it. */
  taps: i32;
  tapsBefore: i32;
  /** The smallest shift of any phase, and how much larger the largest is: all phases read the same pixels. */
  shift: i32;
  reach: i32;
  /** Bit i: a tap's distance from the smallest shift is i modulo the jump. */
  residues: u32;
  /** Target pixels of the phase. */
  count: i32;
  /** The tile: its first pixel of the phase, and how many. */
  first: i32;
  length: i32;
  /** The same of the first phase, which has the most: what there is room for in scratch. */
  extent: i32;
}

const axisBytes: usize = ConvolutionSizes.axisBytes;

/** An axis with the parameters at `from`, which have the order of the fields. */
function axisAt(address: usize, from: usize, transposed: i32): Axis {
  const axis = changetype<Axis>(address);
  memory.copy(address, from, 24);
  axis.transposed = transposed;
  axis.step = transposed ? axis.stride : 1;
  axis.jump = transposed ? 1 : axis.stride;
  return axis;
}

/** The phase that a tap belongs to. */
function findPhase(axis: Axis, tap: i32): i32 {
  if (!axis.transposed) return 0;
  const residue = (tap * axis.dilation - axis.padding) % axis.stride;
  return residue < 0 ? residue + axis.stride : residue;
}

/** Of the tap in its own phase. */
function findShift(axis: Axis, tap: i32): i32 {
  const offset = axis.padding - tap * axis.dilation;
  return axis.transposed ? (findPhase(axis, tap) + offset) / axis.stride : -offset;
}

function enterPhase(axis: Axis, phase: i32): void {
  axis.phase = phase;
  axis.count = (axis.target - phase + axis.step - 1) / axis.step;
  axis.taps = 0;
  axis.tapsBefore = 0;
  let low = 0, high = 0;
  for (let tap = 0; tap < axis.kernel; tap++) {
    const own = findPhase(axis, tap);
    if (own < phase) axis.tapsBefore++;
    if (own == phase) axis.taps++;
    const shift = findShift(axis, tap);
    low = tap == 0 ? shift : min(low, shift);
    high = tap == 0 ? shift : max(high, shift);
  }
  axis.shift = low;
  axis.reach = high - low;
  axis.residues = 0;
  for (let tap = 0; tap < axis.kernel; tap++) axis.residues |= 1 << ((findShift(axis, tap) - low) % axis.jump);
}

function enterTile(axis: Axis, first: i32, length: i32): void {
  axis.first = first;
  axis.length = max(0, min(length, axis.count - first));
  axis.extent = max(0, min(length, (axis.target + axis.step - 1) / axis.step - first));
}

/** The target pixel that the tile starts at. */
// @ts-ignore: decorator
@inline
function targetAt(axis: Axis): i32 {
  return axis.phase + axis.first * axis.step;
}

/** Source lines that the tile spans. */
function span(axis: Axis): i32 {
  return (axis.extent - 1) * axis.jump + axis.reach + 1;
}

/** Whether any tap of the phase reads source pixels at this distance, modulo the jump, from the first. */
// @ts-ignore: decorator
@inline
function reads(axis: Axis, distance: i32): bool {
  const residue = distance % axis.jump;
  return residue > 31 || ((axis.residues >> residue) & 1) != 0;
}

export { Axis, axisBytes, axisAt, findPhase, findShift, enterPhase, enterTile, targetAt, span, reads };
