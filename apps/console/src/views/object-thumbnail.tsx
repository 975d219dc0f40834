import type { ObjectReferenceV2 } from '@sextant/contracts'
import { useState } from 'react'
import { IconBox } from '@tabler/icons-react'

interface ObjectThumbnailProps {
  readonly object: ObjectReferenceV2
  /** px; absent: as wide as its place */
  readonly size?: number
  /** changes with the CAD file, so that an old picture is not shown */
  readonly version?: string
}

const PIXELS = 160

/** The object, rendered by the server; a sign when it cannot be. */
export function ObjectThumbnail({ object, size, version }: ObjectThumbnailProps) {
  const [isBroken, setBroken] = useState(false)
  const path = `${encodeURIComponent(object.className)}/${encodeURIComponent(object.objectName)}`
  const style = size === undefined ? {} : { width: size, height: size, flex: 'none' }
  if (isBroken) {
    return (
      <span className="thumb" style={{ ...style, display: 'grid', placeItems: 'center' }}>
        <IconBox size={size === undefined ? 48 : 18} stroke={1.2} aria-hidden />
      </span>
    )
  }
  const stamp = `&v=${encodeURIComponent(version ?? '')}`
  return (
    <img
      className="thumb"
      style={style}
      loading="lazy"
      alt=""
      src={`/api/v2/objects/${path}/thumbnail.png?size=${PIXELS}${stamp}`}
      onError={() => {
        setBroken(true)
      }}
    />
  )
}
