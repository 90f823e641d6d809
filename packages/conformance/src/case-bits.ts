import type { Backend, OpCase, OpCases } from "@evenkeel/tensor";
import type { Found } from "./case-runs.ts";
import { listRuns } from "./case-runs.ts";
import { drawCase } from "./case-tensors.ts";
import { findLack } from "./run-case.ts";

/**
 * Describes the results of every run of a case on a backend in one line that depends only on the bits: a hash of all
 * values, or the reason why there are none. Devices that must agree bitwise give the same line. All NaNs count as
 * equal.
 */
export async function computeCaseBits(backend: Backend, opCases: OpCases, opCase: OpCase): Promise<string> {
  const { op } = opCases;
  const name = `${op.name} / ${opCase.name}`;
  const [lacking] = findLack(backend.limits, opCases, opCase);
  if (lacking !== undefined) return `${name}: lacks ${lacking}`;
  const live = backend.memory().live;
  const parts: string[] = [];
  for (const { name, run } of listRuns(backend, drawCase(op, opCase))) {
    try {
      parts.push(`${name} ${await computeHash(await run())}`);
    } catch (error) {
      parts.push(`${name} ${error}`);
    }
  }
  const left = backend.memory().live - live;
  if (left > 0) parts.push(`${left} bytes left`);
  return `${name}: ${parts.join(", ")}`;
}

/** The first 64 bits of the SHA-256 of specs and values. */
async function computeHash(found: readonly Found[]): Promise<string> {
  const specs = JSON.stringify(found.map(({ shape, dtype }) => ({ shape, dtype })));
  const pieces = [new TextEncoder().encode(specs), ...found.map(({ values }) => toBytes(values))];
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    all.set(piece, end);
    end += piece.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toBytes(values: Found["values"]): Uint8Array {
  // Copies the values, so that every NaN has the same bits.
  const copy = values.map((x) => (Number.isNaN(x) ? Number.NaN : x));
  return new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
}
