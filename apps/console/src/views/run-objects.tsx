import { Group, Stack, Text as Words } from '@mantine/core'
import type { RunV2 } from '@sextant/contracts'
import { isSame, REJECTED, type PoseChoice } from '../overlay/drawings.ts'
import { colorOfObject, REJECTED_COLOR } from '../overlay/pose-colors.ts'
import { useText } from '../text/text.tsx'
import { StatusBadge } from './status-badge.tsx'

interface RunObjectsProps {
  readonly run: RunV2
  readonly selected: PoseChoice | null
  readonly onSelect: (choice: PoseChoice) => void
}

/** Objects of a run with their poses; and, where there is none, why. */
export function RunObjects({ run, selected, onSelect }: RunObjectsProps) {
  const text = useText()
  return (
    <div style={{ maxHeight: '46vh', overflow: 'auto' }} data-testid="run-objects">
      {run.objects.map((object, objectIndex) => (
        <div key={`${object.className}/${object.objectName}`} style={{ borderBottom: '1px solid var(--line)' }}>
          <Group gap={8} px={10} py={7} wrap="nowrap">
            <span className="dot" style={{ background: colorOfObject(objectIndex) }} aria-hidden />
            <Words className="grow" fw={600} title={`${object.className}/${object.objectName}`}>
              {object.objectName}
            </Words>
            <StatusBadge status={object.status} />
          </Group>
          {object.poses.map((pose, poseIndex) => (
            <button
              key={poseIndex}
              type="button"
              className="row-button"
              aria-pressed={isSame(selected, { objectIndex, poseIndex })}
              onClick={() => {
                onSelect({ objectIndex, poseIndex })
              }}
            >
              <Words component="span" fz="xs" c="dimmed" w={18}>
                {poseIndex + 1}
              </Words>
              <span className="grow numbers" style={{ fontSize: 12 }}>
                {pose.translation.map((value) => value.toFixed(1)).join('  ')} mm
              </span>
              <b className="numbers">{pose.score.toFixed(2)}</b>
            </button>
          ))}
          {object.poses.length === 0 && (object.reason !== null || object.error !== null) && (
            <Stack gap={4} px={10} pb={8} data-testid="why-not">
              <Words fz="xs">
                <b>{text.result.whyNot}:</b>{' '}
                {object.error === null
                  ? (text.result.reasons[object.reason ?? ''] ?? object.reason)
                  : `${object.error.code} ${object.error.detail}`}
              </Words>
              {object.detectionCount > 0 && (
                <Words fz="xs" c="dimmed">
                  {text.result.detections(object.detectionCount)}
                </Words>
              )}
            </Stack>
          )}
          {object.bestRejected !== null && (
            <button
              type="button"
              className="row-button"
              aria-pressed={isSame(selected, { objectIndex, poseIndex: REJECTED })}
              onClick={() => {
                onSelect({ objectIndex, poseIndex: REJECTED })
              }}
            >
              <span className="dot" style={{ background: REJECTED_COLOR }} aria-hidden />
              <span className="grow" style={{ fontSize: 12 }}>
                {text.result.bestRejected}
              </span>
              <b className="numbers">{object.bestRejected.score.toFixed(2)}</b>
            </button>
          )}
        </div>
      ))}
    </div>
  )
}
