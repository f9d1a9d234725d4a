import { LSPErrorCodes, ResponseError, type CancellationToken, type RemoteConsole } from 'vscode-languageserver';

/**
 * Runs a request handler so that nothing it does can end the server: an error is logged and answered with
 * `neutral`. It starts after the messages that wait, so that a request which was cancelled meanwhile costs nothing.
 */
export async function safely<T>(
  name: string,
  neutral: T,
  token: CancellationToken,
  console: RemoteConsole,
  handle: () => T | Promise<T>,
): Promise<T | ResponseError<void>> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (token.isCancellationRequested) return cancelled();
  try {
    const answer = await handle();
    return token.isCancellationRequested ? cancelled() : answer;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return neutral;
  }
}

function cancelled(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}
