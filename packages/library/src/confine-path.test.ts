import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { assertName, confinePath } from './confine-path.ts'
import { openLibrary } from './object-library.ts'
import { normalizeTag, outputFolderName, publishOutput } from './output-store.ts'

const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'sextant-library-'))), 'static')
mkdirSync(join(root, 'meshes/class'), { recursive: true })
symlinkSync(tmpdir(), join(root, 'leak'))
afterAll(() => {
  rmSync(join(root, '..'), { recursive: true, force: true })
})

describe('confinePath', () => {
  it.each([
    ['static/output/x', 'output/x'],
    ['./static/output/x', 'output/x'],
    ['../static/output/x', 'output/x'],
    ['/workspace/Estimation_Server/static/meshes/a.ply', 'meshes/a.ply'],
    ['static\\output\\x', 'output/x'],
    ['static', '.'],
  ])('maps %s', (path, inside) => {
    expect(confinePath(root, path)).toBe(join(root, inside))
  })

  it('keeps host paths inside the root', () => {
    expect(confinePath(root, join(root, 'output/x'))).toBe(join(root, 'output/x'))
  })

  it.each([
    '', '/etc/passwd', '../../etc', 'static/../../x', 'static/../secret', 'output/x', '/workspace/Estimation_Server/../x',
    '/workspace/Estimation_Server/static/../../../etc', 'static/x\0y', 'static/leak/file', '/workspace/Estimation_Server2/static/x',
  ])('refuses %j', (path) => {
    expect(() => confinePath(root, path)).toThrow(expect.objectContaining({ code: 'request.path_forbidden' }))
  }) // prettier-ignore
})

describe('assertName', () => {
  it.each(['ycb', 'obj_065-a', 'Teil 3.1', '부품'])('accepts %s', (name) => {
    expect(() => {
      assertName(name, 'object_name')
    }).not.toThrow()
  })

  it.each(['', '..', 'a/b', 'a\\b', '.hidden', 'a..b', 'x\0', 'a'.repeat(200)])('refuses %j', (name) => {
    expect(() => {
      assertName(name, 'object_name')
    }).toThrow(expect.objectContaining({ code: 'request.path_forbidden' }))
  })
})

describe('openLibrary', () => {
  it('knows one object a stem, and no backups or hidden files', async () => {
    for (const name of ['a.obj', 'a.ply', 'b.stl', 'b_backup.stl', '.c.ply', 'notes.txt']) {
      writeFileSync(join(root, 'meshes/class', name), name)
    }
    const library = openLibrary(root)
    expect(await library.listClasses()).toEqual(['class'])
    const objects = await library.listObjects('class')
    expect(objects.map(({ name, cadFile }) => [name, cadFile])).toEqual([
      ['a', 'a.ply'],
      ['b', 'b.stl'],
    ])
    await expect(library.findObject('class', 'c')).rejects.toMatchObject({ code: 'object.not_found' })
    await expect(library.listObjects('none')).rejects.toMatchObject({ code: 'class.not_found' })
  })

  it('notices a changed file by its digest', async () => {
    const library = openLibrary(root)
    const path = join(root, 'meshes/class/a.ply')
    const before = await library.digestOf(path)
    writeFileSync(path, 'other content')
    expect(await library.digestOf(path)).not.toBe(before)
  })
})

describe('outputs', () => {
  it('never share a folder', async () => {
    const folder = join(root, 'output', outputFolderName(new Date(2026, 0, 2, 3, 4, 5), 'tag'))
    expect(folder).toMatch(/20260102_030405_tag$/)
    const folders = await Promise.all([1, 2, 3].map((n) => publishOutput(folder, { 'a/b.json': String(n) })))
    expect(new Set(folders).size).toBe(3)
  })

  it.each([
    [' My Cell/1 ', 'my-cell-1'],
    ['__x__', 'x'],
    ['', 'fallback'],
    [null, 'fallback'],
    ['///', 'fallback'],
  ])('tag %j becomes %s', (tag, normal) => {
    expect(normalizeTag(tag, 'fallback')).toBe(normal)
  })
})
