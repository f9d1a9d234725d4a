import { readFindingLevels, type FindingLevels } from '../core/policy/severities';

/** What a hint behind a rule says. */
export interface InlayHintSettings {
  readonly tensors: boolean;
  readonly bytes: boolean;
  readonly bits: boolean;
  /** One hint at the end of the file, for all of the checkpoint. */
  readonly total: boolean;
}

/** What the user can choose, under `downcast` in the editor's settings. */
export interface Settings {
  readonly inlayHints: InlayHintSettings;
  readonly findings: FindingLevels;
}

export const DEFAULT_SETTINGS: Settings = {
  inlayHints: { tensors: true, bytes: true, bits: true, total: true },
  findings: {},
};

/** Settings as an editor sends them: any part may be missing or wrong, then it is as if never set. */
export function readSettings(sent: unknown): Settings & { readonly problems: readonly string[] } {
  const { inlayHints, findings } = objectOf(sent);
  const hints = objectOf(inlayHints);
  const choice = (name: keyof InlayHintSettings): boolean => {
    const wanted = hints[name];
    return typeof wanted === 'boolean' ? wanted : DEFAULT_SETTINGS.inlayHints[name];
  };
  const { levels, problems } = readFindingLevels(findings);
  return {
    inlayHints: {
      tensors: choice('tensors'),
      bytes: choice('bytes'),
      bits: choice('bits'),
      total: choice('total'),
    },
    findings: levels,
    problems,
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
