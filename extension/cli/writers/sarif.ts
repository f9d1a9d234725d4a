import type { FindingCode, Severity } from '../../core/policy/finding';
import { FINDING_TITLES } from '../../core/policy/finding-titles';
import type { Checked, PlacedFinding } from './checked';

const LEVEL: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

const CODES = Object.keys(FINDING_TITLES) as readonly FindingCode[];

/** Static Analysis Results Interchange Format 2.1.0 (OASIS), which code hosts and editors show. */
export function sarifText(checked: readonly Checked[], version: string): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'downcast', semanticVersion: version, rules: CODES.map(rule) } },
        columnKind: 'utf16CodeUnits',
        results: checked.flatMap(({ file, findings }) => findings.map((found) => result(file, found))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(code: FindingCode): object {
  return { id: code, shortDescription: { text: FINDING_TITLES[code] } };
}

function result(file: string, { code, severity, message, start, end, tensors }: PlacedFinding): object {
  return {
    ruleId: code,
    ruleIndex: CODES.indexOf(code),
    level: LEVEL[severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
        },
        ...(tensors.length > 0
          ? { logicalLocations: tensors.map((name) => ({ fullyQualifiedName: name, kind: 'resource' })) }
          : {}),
      },
    ],
  };
}

/** A relative path stays relative, as code hosts want it; an absolute one becomes a file URI. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  if (path.startsWith('/')) return `file://${path}`;
  return /^[A-Za-z]%3A\//.test(path) ? `file:///${path.replace('%3A', ':')}` : path;
}
