import type { Progress } from '../extension/jobs/progress';
import { isFinite, isNatural, isObject, isOneOf, isShape, isString } from './check';
import type { DashboardState } from './state';
import { isDashboardState } from './state-check';

/**
 * What the extension and the dashboard say to each other: closed unions of plain JSON. Raised when a message
 * changes its meaning; a message of another version is refused, as any other that is not understood.
 */
export const PROTOCOL_VERSION = 1;

export type Job = 'apply' | 'evaluate';

/** How a running job stands. */
export interface JobProgress extends Progress {
  readonly job: Job;
}

interface Versioned {
  readonly version: typeof PROTOCOL_VERSION;
}

export type HostMessage = Versioned &
  (
    | { readonly type: 'state'; readonly state: DashboardState }
    /** null: nothing is running. */
    | { readonly type: 'progress'; readonly progress: JobProgress | null }
    /** A job failed; the message is for the user. */
    | { readonly type: 'failed'; readonly message: string }
  );

export type WebviewMessage = Versioned &
  (
    | { readonly type: 'ready' | 'apply' | 'evaluate' | 'cancel' }
    /** Index in the policy; null asks for the default. */
    | { readonly type: 'reveal-rule'; readonly ruleIndex: number | null }
    /** Full name of a tensor of the checkpoint shown; the host looks it up there and nowhere else. */
    | { readonly type: 'reveal-tensor'; readonly name: string }
  );

/** A message without the version, as `hostMessage` and `webviewMessage` take it. */
export type Unversioned<Message> = Message extends unknown ? Omit<Message, 'version'> : never;

export function hostMessage(body: Unversioned<HostMessage>): HostMessage {
  return { version: PROTOCOL_VERSION, ...body };
}

export function webviewMessage(body: Unversioned<WebviewMessage>): WebviewMessage {
  return { version: PROTOCOL_VERSION, ...body };
}

const isProgress = isShape<JobProgress>({
  job: isOneOf('apply', 'evaluate'),
  phase: isString,
  done: isFinite,
  total: isFinite,
  unit: isOneOf('bytes', 'tokens', 'windows', 'tensors'),
  detail: isString,
});

/** A message from the extension, or undefined for anything else. */
export function parseHostMessage(value: unknown): HostMessage | undefined {
  if (!isObject(value) || value.version !== PROTOCOL_VERSION) return undefined;
  switch (value.type) {
    case 'state':
      return isDashboardState(value.state) ? hostMessage({ type: 'state', state: value.state }) : undefined;
    case 'progress': {
      const { progress } = value;
      return progress === null || isProgress(progress) ? hostMessage({ type: 'progress', progress }) : undefined;
    }
    case 'failed':
      return isString(value.message) ? hostMessage({ type: 'failed', message: value.message }) : undefined;
    default:
      return undefined;
  }
}

/** Longer names than any checkpoint has are refused. */
const NAME_LIMIT = 4096;

/** A message from the dashboard, or undefined for anything else. Fields that no message has are dropped. */
export function parseWebviewMessage(value: unknown): WebviewMessage | undefined {
  if (!isObject(value) || value.version !== PROTOCOL_VERSION) return undefined;
  switch (value.type) {
    case 'ready':
    case 'apply':
    case 'evaluate':
    case 'cancel':
      return webviewMessage({ type: value.type });
    case 'reveal-rule': {
      const { ruleIndex } = value;
      return ruleIndex === null || isNatural(ruleIndex)
        ? webviewMessage({ type: 'reveal-rule', ruleIndex })
        : undefined;
    }
    case 'reveal-tensor': {
      const { name } = value;
      return isString(name) && name.length <= NAME_LIMIT ? webviewMessage({ type: 'reveal-tensor', name }) : undefined;
    }
    default:
      return undefined;
  }
}
