/**
 * Work that pauses: with `undefined` every few milliseconds, so that its driver can turn to something else or stop it;
 * with the name of a matrix when it can't go on before it was given rows of it (`streamedWeights`).
 */
export type Pausing<T> = Generator<string | undefined, T, undefined>;
