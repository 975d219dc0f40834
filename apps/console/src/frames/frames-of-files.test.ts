import { describe, expect, it } from 'vitest'
import { framesOfFiles } from './frames-of-files.ts'

const file = (path: string, content: object | string = '') => ({
  path,
  file: new File([typeof content === 'string' ? content : JSON.stringify(content)], path.split('/').at(-1) ?? ''),
})

describe('frames among dropped files', () => {
  it('finds colour, depth and camera by their names', async () => {
    const frames = await framesOfFiles([
      file('scene/gt.json', { no: 'camera' }),
      file('scene/depth.png'),
      file('scene/rgb.png'),
      file('scene/camera.json', { cam_K: [1], depth_scale: 1 }),
    ])
    expect(frames).toHaveLength(1)
    expect(frames[0]).toMatchObject({ name: 'scene', camParams: { depth_scale: 1 } })
    expect([frames[0]?.color.name, frames[0]?.depth.name]).toEqual(['rgb.png', 'depth.png'])
  })

  it('finds every frame of a scene in BOP form, each with its own camera', async () => {
    const frames = await framesOfFiles([
      file('s/000003/rgb/000010.png'),
      file('s/000003/rgb/000002.png'),
      file('s/000003/rgb/000004.png'),
      file('s/000003/depth/000002.png'),
      file('s/000003/depth/000010.png'),
      file('s/000003/scene_camera.json', { 2: { cam_K: [2] }, 10: { cam_K: [10] } }),
      file('s/000003/scene_gt.json', {}),
    ])
    expect(frames.map(({ name, camParams }) => [name, camParams])).toEqual([
      ['000003/000002', { cam_K: [2] }],
      ['000003/000010', { cam_K: [10] }],
    ])
  })

  it.each([
    ['nothing', []],
    ['colour alone', [file('rgb.png')]],
    ['depth alone', [file('depth.png')]],
    ['two pictures of which none is named', [file('a.png'), file('b.png')]],
  ])('finds no frame in %s', async (_, files) => {
    expect(await framesOfFiles(files)).toEqual([])
  })

  it('takes the only other picture for colour, and says when the camera is not JSON', async () => {
    const frames = await framesOfFiles([file('x/IMG_1.JPG'), file('x/my_depth.npy'), file('x/camera.json', '{')])
    expect(frames[0]).toMatchObject({ name: 'x', camParams: null })
    expect(frames[0]?.color.name).toBe('IMG_1.JPG')
  })
})
