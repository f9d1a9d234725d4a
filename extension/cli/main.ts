import { setMaxListeners } from 'node:events';
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json';
import { apply } from './commands/apply';
import { declareCheck } from './commands/check';
import { declareCompact } from './commands/compact';
import { declareCompareFormats } from './commands/compare-formats';
import { declareDiff } from './commands/diff';
import { evaluate } from './commands/eval';
import { declareExplain } from './commands/explain';
import { formats } from './commands/formats';
import { inspect } from './commands/inspect';
import { plan } from './commands/plan';
import { CommandError, EXIT, type ExitCode } from './exit-code';
import { messageOf } from './open-policy';
import { CACHE, NO_CACHE, type CacheOption } from './base-cache';
import { CHECKPOINT, JSON_OUT, MEMORY, REPRODUCIBLE, memorySize, positiveInteger } from './options';
import type { Terminal } from './terminal';
import { Cancelled } from '../jobs/progress';

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stderr.isTTY,
  columns: process.stderr.columns || 100,
  now: () => performance.now(),
};

/** Commander's own messages go where ours go. */
const OUTPUT = {
  writeErr: (text: string) => terminal.err(text),
  writeOut: (text: string) => terminal.out(text),
};

const EXIT_CODES = `
Exit codes:
  0    fine
  1    findings of level error, or a gate that was not passed
  2    wrong use: unknown option, missing argument, an output folder that can't be used
  3    broken input: a checkpoint, config or text that can't be read or is not valid
  130  cancelled with Ctrl-C or SIGTERM`;

function program(finish: (code: ExitCode) => void, signal: AbortSignal): Command {
  const root = new Command('downcast')
    .description('Checks dtype policies against checkpoints, applies them, and measures what they cost.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput(OUTPUT)
    .addHelpText('after', EXIT_CODES);
  root
    .command('inspect')
    .description('what a checkpoint holds: layers, modules, dtypes, bytes (headers only)')
    .argument('<checkpoint>', 'folder, .safetensors, .safetensors.index.json or .gguf')
    .option('--tensors', 'list every tensor', false)
    .option('--stats', 'read the weights too: how their values are spread, and the best format of each width', false)
    .option('--save', 'with --stats: keep them beside the weights, for findings about values', false)
    .option('--group <n>', 'with --stats: elements that share a scale', positiveInteger('--group'), 128)
    .option('--sample <n>', 'with --stats: elements of a tensor to try formats on', positiveInteger('--sample'), 65536)
    .option('--workers <n>', 'with --stats: kernel workers (default: one a core)', positiveInteger('--workers'))
    .option(...JSON_OUT, false)
    .action(async (place: string, { json, tensors, stats, ...rest }: InspectFlags) => {
      const asked = stats ? { ...rest, workers: rest.workers, signal } : undefined;
      finish(await inspect(place, { json, tensors, stats: asked }, terminal));
    });
  declareCheck({ root, terminal, signal, finish });
  root
    .command('plan')
    .description('the dtype and exact bytes every tensor will have, and which rule decides')
    .argument('<policy>', 'a *.dtype.yaml file')
    .option(...CHECKPOINT)
    .option('--tensors', 'list every tensor', false)
    .option(...JSON_OUT, false)
    .action(async (file: string, options: { json: boolean; checkpoint?: string; tensors: boolean }) =>
      finish(await plan(file, { ...options, checkpoint: options.checkpoint }, terminal)),
    );
  root
    .command('apply')
    .description('cast the weights as the policy says and write the checkpoint, read back and compared with the plan')
    .argument('<policy>', 'a *.dtype.yaml file')
    .requiredOption('--out <dir>', 'folder to write; must not hold, be in, or be the source')
    .option('--replace', 'replace a checkpoint that Downcast wrote there before', false)
    .option(...CHECKPOINT)
    .option('--workers <n>', 'kernel workers (default: one a core)', positiveInteger('--workers'))
    .option(...JSON_OUT, false)
    .action(
      async (
        file: string,
        options: { json: boolean; checkpoint?: string; out: string; replace: boolean; workers?: number },
      ) =>
        finish(
          await apply(file, { ...options, checkpoint: options.checkpoint, workers: options.workers, signal }, terminal),
        ),
    );
  root
    .command('eval')
    .description('perplexity before and after, and KL divergence, over the same windows of a text')
    .argument('<policy>', 'a *.dtype.yaml file')
    .option(
      '--text <file>',
      "text to measure on: .txt, or .jsonl or .parquet with a text field (default: the policy's)",
    )
    .option('--context <n>', 'tokens a window', positiveInteger('--context'))
    .option('--windows <n>', 'windows at most', positiveInteger('--windows'))
    .option('--scoring <which>', 'all | second-half')
    .option('--max-perplexity-increase <percent>', 'gate: exit code 1 when perplexity grows by more than this')
    .option(...CHECKPOINT)
    .option('--workers <n>', 'workers (default: one a core)', positiveInteger('--workers'))
    .option(...MEMORY, memorySize)
    .option(...REPRODUCIBLE, false)
    .option(...CACHE)
    .option(...NO_CACHE)
    .option(...JSON_OUT, false)
    .action(async (file: string, options: EvalFlags) =>
      finish(
        await evaluate(
          file,
          {
            json: options.json,
            checkpoint: options.checkpoint,
            text: options.text,
            context: options.context,
            windows: options.windows,
            scoring: options.scoring,
            maxPerplexityIncrease: options.maxPerplexityIncrease,
            workers: options.workers,
            memory: options.memory,
            reproducible: options.reproducible,
            cache: options.cache,
            signal,
          },
          terminal,
        ),
      ),
    );
  root
    .command('formats')
    .description('the number formats a policy can name')
    .argument('[id]', 'show one in detail')
    .option(...JSON_OUT, false)
    .action((id: string | undefined, options: { json: boolean }) => finish(formats(id, options, terminal)));
  const declaration = { root, terminal, signal, finish };
  declareCompact(declaration);
  declareCompareFormats(declaration);
  declareExplain(declaration);
  declareDiff(declaration);
  for (const command of root.commands) {
    command.exitOverride().configureOutput(OUTPUT).addHelpText('after', EXIT_CODES);
  }
  return root;
}

interface InspectFlags {
  readonly json: boolean;
  readonly tensors: boolean;
  readonly stats: boolean;
  readonly save: boolean;
  readonly group: number;
  readonly sample: number;
  readonly workers?: number;
}

interface EvalFlags {
  readonly json: boolean;
  readonly checkpoint?: string;
  readonly text?: string;
  readonly context?: number;
  readonly windows?: number;
  readonly scoring?: string;
  readonly maxPerplexityIncrease?: string;
  readonly workers?: number;
  readonly memory?: number;
  readonly reproducible: boolean;
  readonly cache?: CacheOption;
}

async function main(): Promise<ExitCode> {
  const cancel = new AbortController();
  // As many wait for it as there are pieces of work under way.
  setMaxListeners(0, cancel.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      terminal.err('\nstopping ...\n');
      cancel.abort();
    });
  }
  let code: ExitCode = EXIT.fine;
  try {
    await program((finished) => (code = finished), cancel.signal).parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.wrongUse;
    if (error instanceof Cancelled || cancel.signal.aborted) {
      terminal.err('cancelled\n');
      return EXIT.cancelled;
    }
    terminal.err(`downcast: ${messageOf(error)}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.inputBroken;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
