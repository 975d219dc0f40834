import { Text as Words } from '@mantine/core'
import type { RunObjectV2 } from '@sextant/contracts'
import { useText } from '../text/text.tsx'

const COLORS: Readonly<Record<string, string>> = { templates: '#c4b5fd', segmentation: '#7dd3fc', pose: '#5eead4' }
const MILLISECONDS_PER_SECOND = 1000
/** Narrower parts get no text. */
const TEXT_SHARE = 0.08

/** Time of each stage, and below it of the stage's steps, on one scale for all objects. */
export function Flame({ objects }: { readonly objects: readonly RunObjectV2[] }) {
  const text = useText()
  const total = Math.max(
    0.001,
    ...objects.map(({ stages }) => Object.values(stages).reduce((sum, { seconds }) => sum + seconds, 0)),
  )
  return (
    <div data-testid="flame">
      {objects
        .filter(({ stages }) => Object.keys(stages).length > 0)
        .map(({ className, objectName, stages }) => (
          <div key={`${className}/${objectName}`} style={{ marginBottom: 10 }}>
            <Words fz="xs" c="dimmed">
              {className}/{objectName}
            </Words>
            <div style={{ display: 'flex', gap: 1 }}>
              {Object.entries(stages).map(([stage, { seconds, timings }]) => (
                <div key={stage} style={{ width: `${(100 * seconds) / total}%`, minWidth: 2 }}>
                  <Bar
                    color={COLORS[stage] ?? '#ced4da'}
                    label={`${text.result.stages[stage] ?? stage} ${text.common.seconds(seconds)}`}
                    share={seconds / total}
                  />
                  <div style={{ display: 'flex', gap: 1, marginTop: 1 }}>
                    {Object.entries(timings)
                      .filter(([, ms]) => ms > 0)
                      .map(([step, ms]) => {
                        const share = ms / MILLISECONDS_PER_SECOND / total
                        return (
                          <div
                            key={step}
                            style={{
                              width: `${(100 * ms) / MILLISECONDS_PER_SECOND / Math.max(seconds, 1e-6)}%`,
                              minWidth: 1,
                            }}
                          >
                            <Bar
                              color={`color-mix(in srgb, ${COLORS[stage] ?? '#ced4da'}, white 35%)`}
                              label={`${step} ${text.common.milliseconds(ms)}`}
                              share={share}
                            />
                          </div>
                        )
                      })}
                  </div>
                </div>
              ))}
            </div>
          </div>
        ))}
    </div>
  )
}

function Bar({ color, label, share }: { readonly color: string; readonly label: string; readonly share: number }) {
  return (
    <div className="flame-bar" style={{ background: color, padding: share > TEXT_SHARE ? undefined : 0 }} title={label}>
      {share > TEXT_SHARE ? label : ''}
    </div>
  )
}
