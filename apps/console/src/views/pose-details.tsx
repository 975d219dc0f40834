import { Alert, Group, Progress, SimpleGrid, Stack, Table, Text as Words } from '@mantine/core'
import type { PoseV2, RunObjectV2, RunV2 } from '@sextant/contracts'
import { eulerOf, quaternionOf, toBopLines, toJson, toRos } from '../overlay/pose-text.ts'
import { useText } from '../text/text.tsx'
import { CopyButtons } from './copy-buttons.tsx'

interface PoseDetailsProps {
  readonly run: RunV2
  readonly object: RunObjectV2
  readonly pose: PoseV2
}

/** Frame of the colour camera, as ROS drivers of RealSense cameras name it. */
const ROS_FRAME = 'camera_color_optical_frame'

/** Where the object is, in every notation people use. */
export function PoseNumbers({ run, object, pose }: PoseDetailsProps) {
  const text = useText()
  const rows = [0, 1, 2].map((row) => [...pose.rotation.slice(3 * row, 3 * row + 3), pose.translation[row] ?? 0])
  const { rotationSigmaDegrees, translationSigmaMm, unobservable } = pose.uncertainty
  const facts: [string, string][] = [
    [text.result.translation, pose.translation.map((value) => value.toFixed(2)).join('  ')],
    [
      text.result.quaternion,
      quaternionOf(pose)
        .map((value) => value.toFixed(5))
        .join('  '),
    ],
    [
      text.result.euler,
      eulerOf(pose)
        .map((value) => value.toFixed(2))
        .join('  '),
    ],
    [text.result.uncertainty, `${translationSigmaMm.toFixed(2)} mm  ${rotationSigmaDegrees.toFixed(2)}°`],
  ]
  return (
    <Stack gap="sm" data-testid="pose-numbers">
      <Group justify="space-between">
        <Words fz="xs" c="dimmed">
          {text.result.rotation} · {text.result.translation}
        </Words>
        <CopyButtons
          items={[
            { label: text.result.copyJson, value: toJson(pose, object) },
            { label: text.result.copyRos, value: toRos(pose, ROS_FRAME) },
            { label: text.result.copyCsv, value: toBopLines([{ ...run, objects: [{ ...object, poses: [pose] }] }]) },
          ]}
        />
      </Group>
      <Table withTableBorder withColumnBorders verticalSpacing={3} aria-label={text.result.matrix}>
        <Table.Tbody>
          {rows.map((row, i) => (
            <Table.Tr key={i}>
              {row.map((value, k) => (
                <Table.Td key={k} ta="right" className="numbers" ff="monospace" fz="xs">
                  {value.toFixed(k === 3 ? 2 : 5)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Table withRowBorders={false} verticalSpacing={2} horizontalSpacing={0}>
        <Table.Tbody>
          {facts.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Td c="dimmed" fz="xs" style={{ whiteSpace: 'nowrap' }}>
                {label}
              </Table.Td>
              <Table.Td ta="right" ff="monospace" fz="xs">
                {value}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {unobservable.length > 0 && (
        <Alert color="yellow" variant="light" p="xs">
          {text.result.unobservable}: {unobservable.join('; ')}
        </Alert>
      )}
    </Stack>
  )
}

/** The probability and the measurements it is made of. */
export function PoseScore({ pose }: Pick<PoseDetailsProps, 'pose'>) {
  const text = useText()
  return (
    <Stack gap={6} data-testid="pose-score">
      <Group justify="space-between">
        <Words fz="sm">{text.result.probability}</Words>
        <Words fw={700} className="numbers">
          {pose.score.toFixed(3)}
        </Words>
      </Group>
      <Progress value={100 * pose.score} aria-label={text.result.probability} />
      <SimpleGrid cols={2} spacing="md" verticalSpacing={4} mt={6}>
        {Object.entries(pose.parts).map(([part, value]) => (
          <div key={part}>
            <Group justify="space-between" gap={4} wrap="nowrap">
              <Words fz="xs" c="dimmed" className="grow">
                {text.result.parts[part] ?? part}
              </Words>
              <Words fz="xs" className="numbers">
                {value === null ? '–' : value.toFixed(2)}
              </Words>
            </Group>
            {value !== null && FRACTIONS.has(part) && (
              <Progress
                size={3}
                value={100 * Math.max(0, Math.min(1, value))}
                color={BAD_PARTS.has(part) ? 'orange' : 'horizon'}
                aria-label={text.result.parts[part] ?? part}
              />
            )}
          </div>
        ))}
      </SimpleGrid>
    </Stack>
  )
}

const FRACTIONS = new Set([
  'visibleFraction',
  'inlierFraction',
  'violationFraction',
  'occludedFraction',
  'normalAgreement',
  'silhouetteSupport',
  'segmentIou',
  'colorAgreement',
  'chromaDifference',
  'shadingAgreement',
])
/** The less the better. */
const BAD_PARTS = new Set(['violationFraction', 'occludedFraction', 'chromaDifference'])
