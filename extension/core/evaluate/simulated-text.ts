import type { Simulated } from './report';

/** `inputs of 42 linear weights as fp8_e4m3; keys and values as fp8_e4m3`. */
export function simulatedText({ activations, kvCache }: Simulated): string {
  return [
    ...Object.entries(activations).map(([dtype, count]) => `inputs of ${count} linear weights as ${dtype}`),
    ...(kvCache ? [`keys and values as ${kvCache}`] : []),
  ].join('; ');
}
