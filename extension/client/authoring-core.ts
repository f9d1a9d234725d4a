// What the authoring commands need, loaded with the first of them: see policy-core.ts.
export { compactPolicy } from '../core/compact/compact-policy';
export { cover } from '../core/compact/cover';
export { printRule } from '../core/compact/print-rule';
export { BUILT_IN_FORMATS } from '../core/formats/registry';
export { parsePolicy } from '../core/policy/parse';
export { differenceMarkdown } from '../core/resolve/difference-text';
export { explain } from '../core/resolve/explain';
export { explanationText } from '../core/resolve/explanation-text';
export { planDifference } from '../core/resolve/plan-difference';
export { resolve } from '../core/resolve/resolve';
