import type { NumberFormat } from './format';

/**
 * The formats a policy may name. Handed to the parser and the resolver, so that a policy can be read with
 * other formats than the built-in ones.
 */
export interface FormatTable {
  /** By canonical id or by an alias in lower case; `canonical` says which. */
  find(idOrAlias: string): { readonly format: NumberFormat; readonly canonical: boolean } | undefined;
  /** Canonical ids in the order they should be offered. */
  ids(): readonly string[];
}
