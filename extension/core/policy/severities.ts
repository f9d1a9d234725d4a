import type { Finding, Severity } from './finding';

/** How loud the findings of one code are to be; `off` leaves them out. */
export type FindingLevel = Severity | 'off';

/** Levels by finding code. A code that is not listed keeps the severity of each of its findings. */
export type FindingLevels = Readonly<Record<string, FindingLevel>>;

export const FINDING_LEVELS: readonly FindingLevel[] = ['error', 'warning', 'information', 'hint', 'off'];

/** What of a setting can be used, and in a sentence each what can't. */
export interface ReadLevels {
  readonly levels: FindingLevels;
  readonly problems: readonly string[];
}

/** Reads `{ "fragile": "off", "no-match": "warning" }` as users write it into settings. Never throws. */
export function readFindingLevels(setting: unknown): ReadLevels {
  if (setting === undefined || setting === null) return { levels: {}, problems: [] };
  if (typeof setting !== 'object' || Array.isArray(setting)) {
    return { levels: {}, problems: [`levels of findings are an object of codes; found ${JSON.stringify(setting)}`] };
  }
  const levels: [string, FindingLevel][] = [];
  const problems: string[] = [];
  for (const [code, wanted] of Object.entries(setting)) {
    const level = FINDING_LEVELS.find((each) => each === wanted);
    if (level !== undefined) levels.push([code, level]);
    else problems.push(`${code}: ${JSON.stringify(wanted)} is no level; expected one of ${FINDING_LEVELS.join(', ')}`);
  }
  return { levels: Object.fromEntries(levels), problems };
}

/** The findings as the levels want them: some louder or quieter, some not there. Their order stays. */
export function withLevels(findings: readonly Finding[], levels: FindingLevels): readonly Finding[] {
  return findings.flatMap((found): readonly Finding[] => {
    const level = Object.hasOwn(levels, found.code) ? levels[found.code] : undefined;
    if (level === 'off') return [];
    return [level === undefined || level === found.severity ? found : { ...found, severity: level }];
  });
}
