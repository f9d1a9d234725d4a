import type { CastKernels } from '../kernels/cast-kernels';
import type { KernelRequest, KernelResponse, KernelWorkerInit, WorkerPort } from './protocol';

/** A worker's view of its channel to the host. */
export type HostPort = Pick<WorkerPort, 'post' | 'onMessage'>;

/**
 * A kernel worker's message loop, whatever carries the messages: answers each request with its result or with why
 * it failed. After a wasm trap the kernels are made anew, for what their memory holds then is unknown.
 */
export function serveKernels(port: HostPort, instantiate: (module: WebAssembly.Module) => CastKernels): void {
  let module: WebAssembly.Module | undefined;
  let kernels: CastKernels | undefined;
  const ready = (): CastKernels => {
    if (!module) throw new Error('the kernel worker was given work before its kernels');
    return (kernels ??= instantiate(module));
  };
  port.onMessage((message) => {
    const received = message as KernelWorkerInit | KernelRequest;
    if (received.kind === 'init') {
      module = received.module;
      kernels = undefined;
      return;
    }
    try {
      const response = answer(received, ready());
      port.post(response, buffers(response));
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) kernels = undefined;
      const failed: KernelResponse = { kind: 'failed', id: received.id, message: reason(error) };
      port.post(failed, []);
    }
  });
}

function answer(request: KernelRequest, kernels: CastKernels): KernelResponse {
  const { id } = request;
  switch (request.kind) {
    case 'range':
      return { kind: 'range', id, result: kernels.range(request.dtype, request.bytes) };
    case 'profile':
      return { kind: 'profile', id, result: kernels.profile(request.dtype, request.bytes) };
    case 'columns':
      return { kind: 'columns', id, result: kernels.columns(request.dtype, request.bytes, request.columns) };
    case 'cast':
      return { kind: 'cast', id, result: kernels.cast(request) };
  }
}

/** What can be moved to the host instead of copied. */
function buffers(response: KernelResponse): readonly ArrayBuffer[] {
  if (response.kind === 'profile') return [response.result.bins.buffer];
  if (response.kind === 'columns') return [response.result.min.buffer, response.result.max.buffer];
  if (response.kind !== 'cast') return [];
  const { encoded, decoded } = response.result;
  const more = [...(encoded.more?.values() ?? [])].map(({ buffer }) => buffer);
  return [encoded.codes.buffer, encoded.scales.buffer, ...more, ...(decoded ? [decoded.buffer] : [])];
}

function reason(error: unknown): string {
  if (error instanceof WebAssembly.RuntimeError) return `the cast kernel stopped: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
