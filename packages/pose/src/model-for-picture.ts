import type { RasterMesh } from '@sextant/raster'
import { grayOf, isColorInformative, type PictureKind } from './chroma.ts'
import type { CadColors } from './options.ts'
import type { PreparedModel } from './prepare-model.ts'

const colorless = new WeakMap<PreparedModel, PreparedModel>()
const gray = new WeakMap<PreparedModel, PreparedModel>()

/**
 * The object as its colours can be compared with a picture: in brightness alone with a monochrome one, not at all where
 * there is none, or where they are no evidence. Shares what it can with `model`; the same one every time.
 */
export function modelForPicture(model: PreparedModel, picture: PictureKind, cadColors: CadColors): PreparedModel {
  if (!model.usesColor) return model
  if (cadColors === 'ignored' || picture === 'blank') return twinOf(model, colorless, withoutColor)
  return picture === 'gray' ? twinOf(model, gray, inGray) : model
}

function twinOf(
  model: PreparedModel,
  known: WeakMap<PreparedModel, PreparedModel>,
  make: (model: PreparedModel) => PreparedModel,
): PreparedModel {
  const twin = known.get(model) ?? make(model)
  known.set(model, twin)
  return twin
}

function withoutColor(model: PreparedModel): PreparedModel {
  return { ...model, usesColor: false }
}

function inGray(model: PreparedModel): PreparedModel {
  const repaint = (mesh: RasterMesh): RasterMesh =>
    mesh.colors === null ? mesh : { ...mesh, colors: grayOf(mesh.colors) }
  const fineMesh = repaint(model.fineMesh)
  return {
    ...model,
    coarseMesh: repaint(model.coarseMesh),
    fineMesh,
    // Chromaticity finds pairs; there is none.
    pairTable: { ...model.pairTable, points: { ...model.pairTable.points, chroma: null } },
    usesColor: fineMesh.colors !== null && isColorInformative(fineMesh.colors),
  }
}
