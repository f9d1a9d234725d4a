/** Something that holds on to listeners, workers or panels until it is disposed of; what VS Code's subscriptions take. */
export interface Disposes {
  dispose(): void;
}
