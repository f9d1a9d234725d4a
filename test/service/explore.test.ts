import { it } from 'vitest';
import { edit, memoryWorkspace, checkpointOf } from './editor';
import { treeOf, type TensorRow } from '../core/resolve/model-names';
import { NEVER_CANCELLED } from '../../extension/service/cancellation';
function deepseek(): TensorRow[] {
  const rows: TensorRow[] = [['model.embed_tokens.weight', [129280, 7168]]];
  for (let l = 0; l < 61; l++) {
    const p = `model.layers.${l}.`;
    for (const [n, s] of [
      ['input_layernorm.weight', [7168]],
      ['self_attn.q_a_proj.weight', [1536, 7168]],
      ['self_attn.q_a_layernorm.weight', [1536]],
      ['self_attn.q_b_proj.weight', [24576, 1536]],
      ['self_attn.kv_a_proj_with_mqa.weight', [576, 7168]],
      ['self_attn.kv_a_layernorm.weight', [512]],
      ['self_attn.kv_b_proj.weight', [32768, 512]],
      ['self_attn.o_proj.weight', [7168, 16384]],
      ['post_attention_layernorm.weight', [7168]],
    ] as [string, number[]][]) {
      rows.push([p + n, s]);
      if (n.includes('proj')) rows.push([p + n + '_scale_inv', [10, 10], 'F32']);
    }
    const mlp = (q: string, i: number) => {
      for (const n of ['gate_proj', 'up_proj', 'down_proj']) {
        rows.push([p + q + n + '.weight', n === 'down_proj' ? [7168, i] : [i, 7168]]);
        rows.push([p + q + n + '.weight_scale_inv', [16, 56], 'F32']);
      }
    };
    if (l < 3) mlp('mlp.', 18432);
    else {
      rows.push([p + 'mlp.gate.weight', [256, 7168]], [p + 'mlp.gate.e_score_correction_bias', [256], 'F32']);
      mlp('mlp.shared_experts.', 2048);
      for (let e = 0; e < 256; e++) mlp(`mlp.experts.${e}.`, 2048);
    }
  }
  rows.push(['model.norm.weight', [7168]], ['lm_head.weight', [129280, 7168]]);
  return rows;
}
it('x', async () => {
  let t = performance.now();
  const lap = (n: string) => {
    console.log(n, (performance.now() - t).toFixed(1));
    t = performance.now();
  };
  const tree = treeOf(deepseek());
  lap('tree ' + tree.tensors.length);
  const ws = memoryWorkspace(checkpointOf(tree));
  const HEAD =
    'version: 1\ncheckpoint: model\ndefault: bf16\nrules:\n  - match: "**.experts.*.*_proj.weight"\n    dtype: int4\n  - match: "**norm.weight"\n    dtype: keep\n  - match: "model.layers.*.self_attn.*_proj.weight"\n    layers: "2..-3"\n    dtype: fp8_e4m3\n';
  for (const [name, m] of Object.entries({
    pat: '  - match: "|"',
    pat2: '  - match: "model.layers.*.mlp.|"',
    pat3: '  - match: "model.layers.3.mlp.experts.|"',
    pat4: '  - match: "**.|"',
    pat5: '  - match: "model.layers.{0..30}.|"',
    dtype: '  - match: "**.weight"\n    dtype: |',
    group: '  - match: "**.weight"\n    dtype: int4\n    group: |',
    def: '\ndefault2: x',
    hov: '  - match: "**.exp|erts.*.*_proj.weight"\n    dtype: int8',
    hov2: '  - match: "**.weight"\n    dtype: int|8',
  })) {
    const e = edit(HEAD + m, ws);
    t = performance.now();
    const pos = e.document.positionAt((HEAD + m).indexOf('|'));
    if (name.startsWith('hov')) {
      await e.hover();
      lap(name + ' first');
      for (let i = 0; i < 3; i++) {
        await e.hover();
        lap(name);
      }
      await e.lenses();
      lap('lenses');
      await e.diagnostics();
      lap('diagnostics');
    } else {
      let n = (await e.completions()).items.length;
      lap(name + ' first ' + n);
      for (let i = 0; i < 4; i++) {
        await e.completions();
        lap(name);
      }
    }
  }
});
