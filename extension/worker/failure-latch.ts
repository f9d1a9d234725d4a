/** Remembers why a worker died, so that it is told once, to those who listen already and to those who come later. */
export interface FailureLatch {
  fail(error: Error): void;
  onFailure(listener: (error: Error) => void): void;
  /** The worker was ended on purpose: whatever it reports from now on is no failure. */
  end(): void;
}

export function createFailureLatch(): FailureLatch {
  let failure: Error | undefined;
  let ended = false;
  const listeners: ((error: Error) => void)[] = [];
  return {
    fail(error) {
      if (ended) return;
      ended = true;
      failure = error;
      for (const listener of listeners) listener(error);
    },
    onFailure(listener) {
      if (failure) listener(failure);
      else listeners.push(listener);
    },
    end: () => {
      ended = true;
    },
  };
}
