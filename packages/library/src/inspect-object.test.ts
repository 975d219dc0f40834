import { scaleMesh } from '@sextant/mesh'
import { createBoxMesh } from '@sextant/testkit'
import { expect, it } from 'vitest'
import { assertSizeKnown, inspectObjectFile } from './inspect-object.ts'
import type { ObjectFile } from './object-mesh.ts'

const box = createBoxMesh([0, 0, 0], [100, 60, 30])
const DIAMETER = Math.hypot(100, 60, 30)

/** Collada states how many metres its unit has. */
function colladaFile(meters: number, unit: ObjectFile['unit'] = null): ObjectFile {
  const { positions, faces } = scaleMesh(box, 1 / (1000 * meters))
  const text = `<?xml version="1.0"?><COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
    <asset><unit meter="${meters}" name="u"/><up_axis>Z_UP</up_axis></asset>
    <library_geometries><geometry id="g"><mesh>
      <source id="p"><float_array id="a" count="${positions.length}">${positions.join(' ')}</float_array>
        <technique_common><accessor source="#a" count="${positions.length / 3}" stride="3">
          <param name="X" type="float"/><param name="Y" type="float"/><param name="Z" type="float"/>
        </accessor></technique_common></source>
      <vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
      <triangles count="${faces.length / 3}"><input semantic="VERTEX" source="#v" offset="0"/><p>${faces.join(' ')}</p></triangles>
    </mesh></geometry></library_geometries>
    <library_visual_scenes><visual_scene id="s"><node><instance_geometry url="#g"/></node></visual_scene></library_visual_scenes>
    <scene><instance_visual_scene url="#s"/></scene></COLLADA>`
  return { directory: '/nowhere', fileName: 'box.dae', bytes: Buffer.from(text), unit }
}

it.each([
  [1, 'm', DIAMETER / 1000],
  [0.01, 'cm', DIAMETER / 10],
  [0.0254, 'in', DIAMETER / 25.4],
  [0.3048, 'mm', DIAMETER],
])('believes a file that says one unit is %d m', async (meters, unit, extent) => {
  const { inspection } = await inspectObjectFile(colladaFile(meters))
  expect(inspection.mesh.diameter).toBeCloseTo(DIAMETER, 3)
  expect(inspection.fileUnit).toBe(unit)
  expect(inspection.extent / extent).toBeCloseTo(1, 5)
  expect(assertSizeKnown(inspection, null, 'box.dae')).toMatchObject({ unit, basis: 'file', verdict: 'certain' })
})

it('believes a declaration more than the file', async () => {
  // A file in millimetres whose exporter wrote metres.
  const { inspection } = await inspectObjectFile(colladaFile(1, 'in'))
  expect(inspection.mesh.diameter).toBeCloseTo((25.4 * DIAMETER) / 1000, 4)
  const verdict = assertSizeKnown({ ...inspection }, { unit: 'm', basis: 'declared' }, 'box.dae')
  expect(verdict).toMatchObject({ unit: 'm', basis: 'declared' })
})
