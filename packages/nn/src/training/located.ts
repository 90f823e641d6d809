import { EvenkeelError } from "@evenkeel/tensor";
import { replaceMessage } from "../module/failure.ts";

/** Adds where it happened to the message of an EvenkeelError; returns the error. */
export function addPlace(error: unknown, where: string): unknown {
  if (error instanceof EvenkeelError) replaceMessage(error, `${where}: ${error.message}`);
  return error;
}
