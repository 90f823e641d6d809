import { EvenkeelError } from "@evenkeel/tensor";
import { say } from "../module/failure.ts";

/** The same error, which now also says where it happened. Errors of others stay as they are. */
export function located(error: unknown, where: string): unknown {
  if (error instanceof EvenkeelError) say(error, `${where}: ${error.message}`);
  return error;
}
