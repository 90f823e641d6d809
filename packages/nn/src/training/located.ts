import { EvenkeelError } from "@evenkeel/tensor";

/** The same error, which now also says where it happened. Errors of others stay as they are. */
export function located(error: unknown, where: string): unknown {
  if (error instanceof EvenkeelError) {
    const { message, stack } = error;
    error.message = `${where}: ${message}`;
    // The text that a program ends with was made from the message before.
    error.stack = stack?.replace(message, () => error.message);
  }
  return error;
}
