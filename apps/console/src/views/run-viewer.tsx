import { Checkbox, Group, SegmentedControl, Slider, Text as Words } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import type { RunV2 } from '@sextant/contracts'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useMeshes } from '../api/queries.ts'
import { drawingsOf, type PoseChoice } from '../overlay/drawings.ts'
import { LAYERS, type Layer } from '../overlay/draw-pose.ts'
import { useText } from '../text/text.tsx'
import { Empty } from './empty.tsx'
import { ImageView } from './image-view.tsx'
import { Panel } from './panel.tsx'

const CloudView = lazy(() => import('./cloud-view.tsx').then((view) => ({ default: view.CloudView })))

type Tab = 'image' | 'cloud' | 'depth'
const DEFAULT_LAYERS: readonly Layer[] = ['mask', 'silhouette', 'axes', 'label']
const LAYER_KEYS: Readonly<Record<Layer, string>> = {
  mask: 'M',
  silhouette: 'S',
  wireframe: 'W',
  box: 'B',
  axes: 'A',
  label: 'L',
}

interface RunViewerProps {
  readonly run: RunV2
  readonly selected: PoseChoice | null
  readonly title?: string
  /** several viewers on one page would all answer the keyboard */
  readonly hasKeys?: boolean
}

/** A run's frame with what was found in it: as image, as points in space, as depth. */
export function RunViewer({ run, selected, title, hasKeys = true }: RunViewerProps) {
  const text = useText()
  const [tab, setTab] = useState<Tab>('image')
  const [layers, setLayers] = useState<ReadonlySet<Layer>>(new Set(DEFAULT_LAYERS))
  const [opacity, setOpacity] = useState(1)
  const [hasRejected, setRejected] = useState(false)
  const isRaw = useHeldSpace(hasKeys)
  const meshes = useMeshes(run.objects)
  const drawings = useMemo(() => drawingsOf(run, meshes, selected, hasRejected), [run, meshes, selected, hasRejected])
  const toggle = (layer: Layer): void => {
    setLayers((known) => {
      const next = new Set(known)
      if (!next.delete(layer)) next.add(layer)
      return next
    })
  }
  useHotkeys(
    hasKeys
      ? [
          ['i', () => setTab('image')],
          ['d', () => setTab('cloud')],
          ['p', () => setTab('depth')],
          ...LAYERS.map((layer): [string, () => void] => [
            LAYER_KEYS[layer].toLowerCase(),
            () => {
              toggle(layer)
            },
          ]),
        ]
      : [],
  )
  const { frame } = run
  return (
    <Panel
      isFlush
      title={title ?? text.result.frame}
      actions={
        <SegmentedControl
          aria-label={text.result.frame}
          value={tab}
          data={[
            { value: 'image', label: text.result.image },
            { value: 'cloud', label: text.result.cloud },
            { value: 'depth', label: text.result.depth },
          ]}
          onChange={(value) => {
            setTab(value)
          }}
        />
      }
    >
      {frame === null || !run.hasInputs ? (
        <Empty title={text.result.noInputs} />
      ) : tab === 'cloud' ? (
        <Suspense fallback={<Empty title={text.common.loading} />}>
          <CloudView runId={run.id} camera={frame.camera} drawings={drawings} />
        </Suspense>
      ) : (
        <>
          <Group gap="md" px="sm" py={6} role="group" aria-label={text.result.layers}>
            {LAYERS.map((layer) => (
              <Checkbox
                key={layer}
                label={text.result.layer[layer]}
                title={LAYER_KEYS[layer]}
                checked={layers.has(layer)}
                onChange={() => {
                  toggle(layer)
                }}
              />
            ))}
            <Checkbox
              label={text.result.layer.rejected}
              checked={hasRejected}
              onChange={(event) => setRejected(event.currentTarget.checked)}
            />
            <Group gap={8} wrap="nowrap">
              <Words fz="xs">{text.result.opacity}</Words>
              <Slider
                w={90}
                size="sm"
                min={0}
                max={1}
                step={0.05}
                value={opacity}
                onChange={setOpacity}
                label={null}
                thumbLabel={text.result.opacity}
              />
            </Group>
          </Group>
          <ImageView
            runId={run.id}
            kind={tab === 'image' ? 'color' : 'depth'}
            width={frame.camera.width}
            height={frame.camera.height}
            drawings={drawings}
            layers={layers}
            opacity={isRaw ? 0 : opacity}
            label={`${text.result.image}: ${drawings.map(({ label }) => label).join(', ')}`}
          />
        </>
      )}
    </Panel>
  )
}

/** Whether the space bar is held down outside of anything that uses it. */
function useHeldSpace(isOn: boolean): boolean {
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (!isOn) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.code !== 'Space') return
      if (event.type === 'keydown' && event.target !== document.body) return
      event.preventDefault()
      setHeld(event.type === 'keydown')
    }
    addEventListener('keydown', onKey)
    addEventListener('keyup', onKey)
    return () => {
      removeEventListener('keydown', onKey)
      removeEventListener('keyup', onKey)
    }
  }, [isOn])
  return isHeld
}
