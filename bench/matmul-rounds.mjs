// What bench/matmul.mjs runs, in Node and in a page alike: nothing here is imported.

/**
 * GFLOP/s of the fastest round: of the linear kernel for each shape [rows, columns, depth] and build, and of the
 * probes, which multiply and add in registers alone. `probes` and `builds`: bytes of modules by name.
 */
export function measure({ probes, builds, shapes, rounds }) {
  const align = (value) => Math.ceil(value / 64) * 64;
  const compile = (bytes, pages) => {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)), { env: { memory } });
    return { memory, wasm: instance.exports };
  };
  const contestants = [];
  for (const [name, bytes] of Object.entries(probes)) {
    const { wasm } = compile(bytes, 16);
    const steps = 1_000_000;
    contestants.push({ name, flops: steps * 12 * 8, run: () => wasm.probe(steps), seconds: [] });
  }
  const checks = {};
  for (const [name, bytes] of Object.entries(builds)) {
    for (const [rows, columns, depth] of shapes) {
      const { wasm, memory } = compile(bytes, 1024);
      // As the host of the kernels decides: extension/kernels/tall-tiles.ts.
      wasm.useTallTiles('f16round' in Math);
      const sizes = [rows * depth, columns * depth, rows * columns];
      const plain = align(wasm.heapBase());
      const x = align(plain + Math.max(sizes[0], sizes[1]) * 4);
      const w = align(x + sizes[0] * 4);
      const y = align(w + sizes[1] * 4);
      const fill = (count, seed) => {
        const values = new Float32Array(memory.buffer, plain, count);
        for (let i = 0; i < count; i++) values[i] = ((i * 7919 + seed) % 1021) / 1021 - 0.5;
      };
      fill(sizes[1], 3);
      wasm.pack8(plain, depth * 4, columns, depth, w);
      fill(sizes[0], 5);
      const run = () => {
        wasm.pack4(plain, depth * 4, rows, depth, x);
        wasm.matmul(x, w, y, columns * 4, rows, depth, columns, false);
      };
      run();
      const shape = `${rows} x ${columns} x ${depth}`;
      const sample = [...new Float32Array(memory.buffer, y, 64)];
      checks[shape] ??= sample;
      if (sample.some((value, i) => Math.abs(value - checks[shape][i]) > 1e-3))
        throw new Error(`${name} ${shape} differs`);
      const flops = 2 * rows * columns * depth;
      const repeat = Math.max(1, Math.round(1e8 / flops));
      const many = () => {
        for (let i = 0; i < repeat; i++) run();
      };
      contestants.push({ name: `${name} ${shape}`, flops: flops * repeat, run: many, seconds: [] });
    }
  }
  // The first rounds let the engine compile for speed.
  for (let round = -2; round < rounds; round++) {
    for (const { run, seconds } of contestants) {
      const started = performance.now();
      run();
      if (round >= 0) seconds.push((performance.now() - started) / 1000);
    }
  }
  return contestants.map(({ name, flops, seconds }) => ({ name, speed: flops / Math.min(...seconds) / 1e9 }));
}
