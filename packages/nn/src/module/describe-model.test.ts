import { inspect } from "node:util";
import type { Tensor } from "@evenkeel/tensor";
import { setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ReLU } from "../layers/activations.ts";
import { BatchNorm1d } from "../layers/batch-norm.ts";
import { Linear } from "../layers/linear.ts";
import { Sequential } from "../layers/sequential.ts";
import { Module } from "./module.ts";

beforeAll(() => setDefaultBackend(new MemoryBackend({ launches: "evaluate" })));
afterAll(() => setDefaultBackend(undefined));

class Net extends Module {
  readonly features: Sequential = new Sequential(new Linear(100, 20), new BatchNorm1d(20), new ReLU());
  readonly heads: readonly Linear[] = [new Linear(20, 3), new Linear(20, 2, { bias: false })];

  forward(x: Tensor): Tensor {
    return this.heads[0]!.forward(this.features.forward(x));
  }
}

test("a model shows its tree of layers and their parameters", () => {
  const net = new Net();
  net.heads[1]!.freeze();
  const expected = [
    "Net                                2,163 parameters",
    "  features: Sequential             2,060",
    "    0: Linear 100 -> 20            2,020",
    "    1: BatchNorm1d 20                 40",
    "    2: ReLU",
    "  heads.0: Linear 20 -> 3             63",
    "  heads.1: Linear 20 -> 2, frozen     40",
  ].join("\n");
  expect(`${net}`).toBe(expected);
  expect(inspect(net)).toBe(expected);
  expect(inspect({ net })).toContain("heads.0: Linear 20 -> 3");
});

test("a model whose members cannot be found shows why", () => {
  const net = Object.assign(new Net(), { parts: new Map([["a", new Linear(2, 3)]]) });
  expect(inspect(net)).toMatch(/^Net: ArgumentError: parts: found a Linear in a Map, expected it in /);
  expect(() => net.toString()).toThrow("parts: found a Linear in a Map");
});

test("a single layer is one line", () => {
  expect(String(new ReLU())).toBe("ReLU  0 parameters");
  expect(String(new Linear(2, 1))).toBe("Linear 2 -> 1  3 parameters");
});
