// What reading a policy needs, as one module that is loaded with the first policy: the YAML parser and the regular
// expression engine behind it are most of the extension's code, and activation has to be quick.
export { BUILT_IN_FORMATS } from '../core/formats/registry';
export { extendPolicy } from '../core/policy/extend';
export { parsePolicy } from '../core/policy/parse';
export { createMatchCache } from '../core/resolve/match-cache';
export { resolve } from '../core/resolve/resolve';
