import { Group, SimpleGrid, Text as Words } from '@mantine/core'
import type { CameraPreviewV2 } from '@sextant/contracts'
import { useText } from '../text/text.tsx'

/** Colour and depth of a camera side by side, with the numbers that tell whether they are any good. */
export function CameraPicture({ preview }: { readonly preview: CameraPreviewV2 }) {
  const text = useText()
  const { camera, depthCoverage, alignedCoverage, ageSeconds, frameIndex, base, warnings } = preview
  const facts = [
    `${camera.width} × ${camera.height}`,
    `f ${camera.fx.toFixed(1)}, ${camera.fy.toFixed(1)}`,
    `c ${camera.cx.toFixed(1)}, ${camera.cy.toFixed(1)}`,
    `${Math.round(alignedCoverage * 100)} % (${Math.round(depthCoverage * 100)} %) ${text.run.coverage}`,
    ...(ageSeconds === null ? [] : [`${ageSeconds.toFixed(1)} s ${text.run.age}`]),
    ...(frameIndex === null ? [] : [`#${frameIndex}`]),
  ]
  return (
    <div data-testid="camera-picture">
      <SimpleGrid cols={2} spacing={6}>
        <img
          src={`data:image/jpeg;base64,${preview.color}`}
          alt={text.run.colorPicture}
          style={{ width: '100%', borderRadius: 4 }}
        />
        <img
          src={`data:image/png;base64,${preview.depth}`}
          alt={text.run.depthPicture}
          style={{ width: '100%', borderRadius: 4 }}
        />
      </SimpleGrid>
      <Group gap="sm" mt={6}>
        {facts.map((fact) => (
          <Words key={fact} fz="xs" c="dimmed" className="numbers">
            {fact}
          </Words>
        ))}
      </Group>
      <Words fz="xs" c="dimmed">
        {base} · {text.run.aligned}
      </Words>
      {warnings.map((warning) => (
        <Words key={warning} fz="xs">
          {warning}
        </Words>
      ))}
    </div>
  )
}
