import {
  engineChoiceV2,
  POSE_OPTION_DEFAULTS_V2,
  type EngineChoiceV2,
  type PoseOptionsV2,
  type RunRequestV2,
} from '@sextant/contracts'

/** What a run is asked with besides its frame and objects. */
export interface RunSettings {
  readonly options: PoseOptionsV2
  /** null: each server's own */
  readonly engine: EngineChoiceV2 | null
  readonly outputMode: RunRequestV2['outputMode']
  readonly tag: string
}

/** The server's defaults, shown so that they can be changed. */
export const SETTINGS_DEFAULTS: RunSettings = {
  options: POSE_OPTION_DEFAULTS_V2,
  engine: null,
  outputMode: 'full',
  tag: '',
}

/** The fields of a run's request that the settings decide. */
export function toRunFields(settings: RunSettings): Pick<RunRequestV2, 'options' | 'engine' | 'outputMode' | 'tag'> {
  const { options, engine, outputMode, tag } = settings
  return { options, ...(engine === null ? {} : { engine }), outputMode, tag: tag === '' ? null : tag }
}

/** What the status of ISM or PEM says about its engine. */
interface EngineStatus {
  /** null: it does not say */
  readonly engine: string | null
  readonly model_loaded: boolean | null
}

/**
 * Engines that a run may be asked with. The geometric one is always there; `sam6d` is left out where a stage says that
 * its networks are not loaded. A stage that says nothing is left to answer for itself.
 */
export function offeredEngines(stages: readonly EngineStatus[]): readonly EngineChoiceV2[] {
  const hasNetworks = stages.every(
    ({ engine, model_loaded: isLoaded }) => engine === null || (engine === 'sam6d' && isLoaded === true),
  )
  return engineChoiceV2.options.filter((engine) => engine !== 'sam6d' || hasNetworks)
}
