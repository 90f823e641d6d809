/** What the body gives, after a clean-up. As in `for...of`, an error of the body is not replaced by one of the clean-up. */
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
