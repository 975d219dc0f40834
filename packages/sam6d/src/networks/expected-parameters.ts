import type { ExpectedParameters } from '../checkpoint/compare-parameters.ts'

type Shapes = Map<string, readonly number[]>

/** What the official DINOv2 checkpoints with 14-pixel patches hold. @param width  384 (S), 768 (B) or 1024 (L) */
export function dinoParameters(width: number, depth: number): ExpectedParameters {
  const shapes: Shapes = new Map<string, readonly number[]>([
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, 1 + 37 * 37, width]],
    ['patch_embed.proj.weight', [width, 3, 14, 14]],
    ['patch_embed.proj.bias', [width]],
  ])
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}.`
    addTransformerBlock(shapes, block, width, ['mlp.fc1', 'mlp.fc2'])
    shapes.set(`${block}ls1.gamma`, [width])
    shapes.set(`${block}ls2.gamma`, [width])
  }
  addNorm(shapes, 'norm', width)
  return shapes
}

export interface SamSize {
  readonly width: number
  readonly depth: number
  readonly heads: number
  /** blocks that attend to the whole map */
  readonly global: readonly number[]
}

export const SAM_SIZES = {
  'vit-b': { width: 768, depth: 12, heads: 12, global: [2, 5, 8, 11] },
  'vit-l': { width: 1024, depth: 24, heads: 16, global: [5, 11, 17, 23] },
  'vit-h': { width: 1280, depth: 32, heads: 16, global: [7, 15, 23, 31] },
} as const satisfies Record<string, SamSize>

/** What the official SAM checkpoints hold, less the mask prompts and corner points that are not used here. */
export function samParameters({ width, depth, heads, global }: SamSize): ExpectedParameters {
  const shapes: Shapes = new Map<string, readonly number[]>([
    ['image_encoder.pos_embed', [1, 64, 64, width]],
    ['image_encoder.patch_embed.proj.weight', [width, 3, 16, 16]],
    ['image_encoder.patch_embed.proj.bias', [width]],
    ['image_encoder.neck.0.weight', [256, width, 1, 1]],
    ['image_encoder.neck.2.weight', [256, 256, 3, 3]],
    ['prompt_encoder.pe_layer.positional_encoding_gaussian_matrix', [2, 128]],
    ['prompt_encoder.point_embeddings.1.weight', [1, 256]],
    ['prompt_encoder.not_a_point_embed.weight', [1, 256]],
    ['prompt_encoder.no_mask_embed.weight', [1, 256]],
    ['mask_decoder.iou_token.weight', [1, 256]],
    ['mask_decoder.mask_tokens.weight', [4, 256]],
    ['mask_decoder.output_upscaling.0.weight', [256, 64, 2, 2]],
    ['mask_decoder.output_upscaling.0.bias', [64]],
    ['mask_decoder.output_upscaling.3.weight', [64, 32, 2, 2]],
    ['mask_decoder.output_upscaling.3.bias', [32]],
  ])
  addNorm(shapes, 'image_encoder.neck.1', 256)
  addNorm(shapes, 'image_encoder.neck.3', 256)
  addNorm(shapes, 'mask_decoder.output_upscaling.1', 64)
  for (let i = 0; i < depth; i++) {
    const block = `image_encoder.blocks.${i}.`
    addTransformerBlock(shapes, block, width, ['mlp.lin1', 'mlp.lin2'])
    const rows = global.includes(i) ? 127 : 27
    shapes.set(`${block}attn.rel_pos_h`, [rows, width / heads])
    shapes.set(`${block}attn.rel_pos_w`, [rows, width / heads])
  }
  addMaskDecoder(shapes)
  return shapes
}

function addMaskDecoder(shapes: Shapes): void {
  const transformer = 'mask_decoder.transformer.'
  const addAttention = (name: string, inner: number): void => {
    for (const part of ['q_proj', 'k_proj', 'v_proj']) addLinear(shapes, `${name}.${part}`, inner, 256)
    addLinear(shapes, `${name}.out_proj`, 256, inner)
  }
  for (let i = 0; i < 2; i++) {
    const layer = `${transformer}layers.${i}.`
    addAttention(`${layer}self_attn`, 256)
    addAttention(`${layer}cross_attn_token_to_image`, 128)
    addAttention(`${layer}cross_attn_image_to_token`, 128)
    addLinear(shapes, `${layer}mlp.lin1`, 2048, 256)
    addLinear(shapes, `${layer}mlp.lin2`, 256, 2048)
    for (let n = 1; n <= 4; n++) addNorm(shapes, `${layer}norm${n}`, 256)
  }
  addAttention(`${transformer}final_attn_token_to_image`, 128)
  addNorm(shapes, `${transformer}norm_final_attn`, 256)
  const addMlp = (name: string, out: number): void => {
    addLinear(shapes, `${name}.layers.0`, 256, 256)
    addLinear(shapes, `${name}.layers.1`, 256, 256)
    addLinear(shapes, `${name}.layers.2`, out, 256)
  }
  for (let i = 0; i < 4; i++) addMlp(`mask_decoder.output_hypernetworks_mlps.${i}`, 32)
  addMlp('mask_decoder.iou_prediction_head', 4)
}

/** What SAM-6D's pose checkpoint holds, less the classifier head of its ViT and the batch counters. */
export function pemParameters(): ExpectedParameters {
  const shapes: Shapes = new Map()
  const vit = 'feature_extraction.rgb_net.vit.'
  shapes.set(`${vit}cls_token`, [1, 1, 768])
  shapes.set(`${vit}pos_embed`, [1, 197, 768])
  shapes.set(`${vit}patch_embed.proj.weight`, [768, 3, 16, 16])
  shapes.set(`${vit}patch_embed.proj.bias`, [768])
  for (let i = 0; i < 12; i++) addTransformerBlock(shapes, `${vit}blocks.${i}.`, 768, ['mlp.fc1', 'mlp.fc2'])
  addNorm(shapes, `${vit}norm`, 768)
  addLinear(shapes, 'feature_extraction.rgb_net.output_upscaling', 4096, 3072)
  shapes.set('geo_embedding.embedding.div_term', [128])
  addLinear(shapes, 'geo_embedding.proj_d', 256, 256)
  addLinear(shapes, 'geo_embedding.proj_a', 256, 256)
  for (const stage of ['coarse_point_matching.', 'fine_point_matching.']) {
    shapes.set(`${stage}bg_token`, [1, 1, 256])
    addLinear(shapes, `${stage}in_proj`, 256, 256)
    addLinear(shapes, `${stage}out_proj`, 256, 256)
  }
  for (let i = 0; i < 3; i++) {
    const coarse = `coarse_point_matching.transformers.${i}.layers.`
    addPointLayer(shapes, `${coarse}0.`, true)
    addPointLayer(shapes, `${coarse}1.`, false)
    const fine = `fine_point_matching.transformers.${i}.`
    addPointLayer(shapes, `${fine}sparse_layer.layers.0.`, true)
    addPointLayer(shapes, `${fine}sparse_layer.layers.1.`, false)
    addPointLayer(shapes, `${fine}dense_layer.`, false)
    shapes.set(`${fine}dense_layer.attention.attention.scale`, [1, 1, 256])
  }
  const widths = [6, 32, 64, 128]
  for (const mlp of ['mlp1', 'mlp2']) {
    for (let i = 0; i < 3; i++) {
      const layer = `fine_point_matching.PE.${mlp}.layer${i}.`
      shapes.set(`${layer}conv.weight`, [widths[i + 1], widths[i], 1, 1])
      for (const part of ['weight', 'bias', 'running_mean', 'running_var']) {
        shapes.set(`${layer}normlayer.bn.${part}`, [widths[i + 1]])
      }
    }
  }
  shapes.set('fine_point_matching.PE.mlp3.conv.weight', [256, 256, 1])
  shapes.set('fine_point_matching.PE.mlp3.conv.bias', [256])
  return shapes
}

function addPointLayer(shapes: Shapes, prefix: string, hasPositions: boolean): void {
  const parts = hasPositions ? ['proj_q', 'proj_k', 'proj_v', 'proj_p'] : ['proj_q', 'proj_k', 'proj_v']
  for (const part of parts) addLinear(shapes, `${prefix}attention.attention.${part}`, 256, 256)
  addLinear(shapes, `${prefix}attention.linear`, 256, 256)
  addNorm(shapes, `${prefix}attention.norm`, 256)
  addLinear(shapes, `${prefix}output.expand`, 512, 256)
  addLinear(shapes, `${prefix}output.squeeze`, 256, 512)
  addNorm(shapes, `${prefix}output.norm`, 256)
}

function addTransformerBlock(shapes: Shapes, prefix: string, width: number, mlp: readonly [string, string]): void {
  addNorm(shapes, `${prefix}norm1`, width)
  addLinear(shapes, `${prefix}attn.qkv`, 3 * width, width)
  addLinear(shapes, `${prefix}attn.proj`, width, width)
  addNorm(shapes, `${prefix}norm2`, width)
  addLinear(shapes, `${prefix}${mlp[0]}`, 4 * width, width)
  addLinear(shapes, `${prefix}${mlp[1]}`, width, 4 * width)
}

function addLinear(shapes: Shapes, name: string, out: number, width: number): void {
  shapes.set(`${name}.weight`, [out, width])
  shapes.set(`${name}.bias`, [out])
}

function addNorm(shapes: Shapes, name: string, width: number): void {
  shapes.set(`${name}.weight`, [width])
  shapes.set(`${name}.bias`, [width])
}
