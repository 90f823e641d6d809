import { EvenkeelError } from "@evenkeel/tensor";
import { replaceMessage } from "../module/failure.ts";

/** The same error, which now also says where it happened. Errors of others stay as they are. */
export function located(error: unknown, where: string): unknown {
  if (error instanceof EvenkeelError) replaceMessage(error, `${where}: ${error.message}`);
  return error;
}
