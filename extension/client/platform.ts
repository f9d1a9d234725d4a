import type * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { CheckpointFolder } from '../core/checkpoint/byte-source';
import type { CreateDigest } from '../core/digest';
import type { OutputFolder } from '../files/output-folder';
import type { WorkerPort } from '../worker/protocol';

/** A checkpoint's place: its folder, and the file in it when the policy names one. */
export interface CheckpointPlace {
  readonly folder: CheckpointFolder;
  readonly file: string | undefined;
}

export interface OutputRequest {
  readonly uri: vscode.Uri;
  /** Short id of the plan: names the folder aside. */
  readonly id: string;
  readonly requiredBytes: number;
  readonly input: vscode.Uri;
}

/** What differs between the Node host (desktop, remote) and the web host. */
export interface Platform {
  readonly createClient: (context: vscode.ExtensionContext) => Promise<BaseLanguageClient>;
  readonly spawnWorker: (script: 'kernel-worker' | 'model-worker') => Promise<WorkerPort>;
  readonly cores: number;
  /** Bytes that evaluations may take now, where the host tells. */
  readonly memory: () => number | undefined;
  readonly place: (uri: vscode.Uri) => Promise<CheckpointPlace>;
  readonly createOutput: (request: OutputRequest) => Promise<OutputFolder>;
  readonly createDigest: CreateDigest;
}
