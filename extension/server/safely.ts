import { LSPErrorCodes, ResponseError, type CancellationToken, type RemoteConsole } from 'vscode-languageserver';

/**
 * Runs a request handler so that nothing it does can end the server: an error is told to `failed` and answered
 * with `neutral`. It starts after the messages that wait, so that a request which was cancelled meanwhile costs
 * nothing. Refusals meant for the user (ResponseError) are passed on.
 */
export async function safely<T>(
  name: string,
  neutral: T,
  token: CancellationToken,
  console: Pick<RemoteConsole, 'error'>,
  handle: () => T | Promise<T>,
): Promise<T | ResponseError<never>> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (token.isCancellationRequested) return cancelled();
  try {
    return await handle();
  } catch (error) {
    if (error instanceof ResponseError) return error as ResponseError<never>;
    console.error(`${name}: ${explain(error)}`);
    return neutral;
  }
}

/** An error for the log. */
export function explain(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function cancelled(): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}
