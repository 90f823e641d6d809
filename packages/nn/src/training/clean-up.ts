/** Runs the body, then the clean-up. As in `for...of`, an error of the clean-up does not replace one of the body. */
export async function withCleanUp<Result>(
  body: () => Promise<Result>,
  cleanUp: () => Promise<void>,
): Promise<Result> {
  let result: Result;
  try {
    result = await body();
  } catch (error) {
    await cleanUp().catch(() => undefined);
    throw error;
  }
  await cleanUp();
  return result;
}
