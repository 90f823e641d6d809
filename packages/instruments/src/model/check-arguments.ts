import { Module } from "@evenkeel/nn";
import type { Rule } from "@evenkeel/tensor/checks";

export const aModule: Rule = { expected: "a module", accepts: (value) => value instanceof Module };

export const aDataSource: Rule = {
  expected: "a function of the epoch that gives batches, or an object with such a method `epoch`",
  accepts: (value) =>
    typeof value === "function" || typeof (value as { epoch?: unknown } | null)?.epoch === "function",
};
