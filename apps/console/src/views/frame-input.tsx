import { Alert, Button, Group, NumberInput, Select, Stack, Switch, Tabs, Text as Words } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { cameraQuery, samplesQuery, type FrameChoice } from '../api/queries.ts'
import { readChosen, readDrop } from '../frames/dropped-files.ts'
import { framesOfFiles, type DroppedFile, type FrameFiles } from '../frames/frames-of-files.ts'
import { useText } from '../text/text.tsx'
import { CameraAddress } from './camera-address.tsx'
import { CameraPicture } from './camera-picture.tsx'
import { InstallSample } from './install-sample.tsx'
import { ProblemAlert } from './problem-alert.tsx'

interface FrameInputProps {
  readonly onChange: (choice: FrameChoice | null) => void
}

type Source = 'files' | 'camera' | 'sample'

/** Where the frame of a run comes from: files, the camera, or a sample. */
export function FrameInput({ onChange }: FrameInputProps) {
  const text = useText()
  const [source, setSource] = useState<Source>('files')
  return (
    <Tabs
      value={source}
      keepMounted={false}
      onChange={(value) => {
        setSource(value as Source)
        onChange(null)
      }}
    >
      <Tabs.List mb="sm">
        <Tabs.Tab value="files">{text.run.upload}</Tabs.Tab>
        <Tabs.Tab value="camera">{text.run.camera}</Tabs.Tab>
        <Tabs.Tab value="sample">{text.run.sample}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="files">
        <FilesInput onChange={onChange} />
      </Tabs.Panel>
      <Tabs.Panel value="camera">
        <CameraInput onChange={onChange} />
      </Tabs.Panel>
      <Tabs.Panel value="sample">
        <SampleInput onChange={onChange} />
      </Tabs.Panel>
    </Tabs>
  )
}

function FilesInput({ onChange }: FrameInputProps) {
  const text = useText()
  const [frames, setFrames] = useState<readonly FrameFiles[] | null>(null)
  const [index, setIndex] = useState(0)
  const [typed, setTyped] = useState<CameraNumbers>({})
  const frame = frames?.[index]
  const camParams = useMemo(() => frame?.camParams ?? camParamsOf(typed), [frame, typed])
  useEffect(() => {
    if (frame === undefined || camParams === null) onChange(null)
    else onChange({ kind: 'files', color: frame.color, depth: frame.depth, camParams })
  }, [frame, camParams, onChange])
  const read = async (files: readonly DroppedFile[]): Promise<void> => {
    setFrames(await framesOfFiles(files))
    setIndex(0)
  }
  return (
    <Stack gap="sm">
      <DropZone title={text.run.drop} hint={text.run.dropHint} onFiles={(files) => void read(files)} canChooseFolder />
      {frames?.length === 0 && <Alert color="yellow">{text.run.noFrame}</Alert>}
      {frames !== null && frames.length > 1 && (
        <Select
          label={text.run.frames}
          allowDeselect={false}
          searchable
          value={String(index)}
          data={frames.map(({ name }, i) => ({ value: String(i), label: name }))}
          onChange={(value) => {
            setIndex(Number(value))
          }}
        />
      )}
      {frame !== undefined && <FilePicture file={frame.color} label={frame.name} />}
      {frame?.camParams === null && <CameraNumbersInput numbers={typed} onChange={setTyped} />}
    </Stack>
  )
}

interface DropZoneProps {
  readonly title: string
  readonly hint: string
  readonly onFiles: (files: readonly DroppedFile[]) => void
  readonly canChooseFolder?: boolean
  readonly accept?: string
}

/** A place to drop files and folders on; both can be chosen by keyboard as well. */
export function DropZone({ title, hint, onFiles, canChooseFolder = false, accept }: DropZoneProps) {
  const text = useText()
  const [isOver, setOver] = useState(false)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const choose = (event: React.ChangeEvent<HTMLInputElement>): void => {
    onFiles(readChosen(event.currentTarget.files))
    event.currentTarget.value = ''
  }
  return (
    <div
      className="drop"
      data-over={isOver}
      data-testid="drop-zone"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void readDrop(event.dataTransfer).then(onFiles)
      }}
    >
      <Words fw={600}>{title}</Words>
      <Words fz="xs" c="dimmed">
        {hint}
      </Words>
      <Group justify="center" mt="xs" gap="xs">
        <Button variant="default" onClick={() => files.current?.click()}>
          {text.run.chooseFiles}
        </Button>
        {canChooseFolder && (
          <Button variant="default" onClick={() => folder.current?.click()}>
            {text.run.chooseFolder}
          </Button>
        )}
      </Group>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={text.run.chooseFiles}
        {...(accept !== undefined && { accept })}
        onChange={choose}
      />
      {canChooseFolder && (
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          aria-label={text.run.chooseFolder}
          {...{ webkitdirectory: '' }}
          onChange={choose}
        />
      )}
    </div>
  )
}

function FilePicture({ file, label }: { readonly file: File; readonly label: string }) {
  const url = useMemo(() => URL.createObjectURL(file), [file])
  useEffect(
    () => () => {
      URL.revokeObjectURL(url)
    },
    [url],
  )
  return (
    <div>
      <img src={url} alt={label} style={{ width: '100%', maxHeight: 320, objectFit: 'contain', borderRadius: 4 }} />
      <Words fz="xs" c="dimmed">
        {label}
      </Words>
    </div>
  )
}

type CameraNumbers = Readonly<Partial<Record<'fx' | 'fy' | 'cx' | 'cy' | 'depthScale', number>>>

function camParamsOf({ fx, fy, cx, cy, depthScale }: CameraNumbers): object | null {
  if (fx === undefined || fy === undefined || cx === undefined || cy === undefined || depthScale === undefined)
    return null
  return { cam_K: [fx, 0, cx, 0, fy, cy, 0, 0, 1], depth_scale: depthScale }
}

function CameraNumbersInput(props: {
  readonly numbers: CameraNumbers
  readonly onChange: (numbers: CameraNumbers) => void
}) {
  const text = useText()
  return (
    <div>
      <Words fz="xs" mb={4}>
        {text.run.noCamera}
      </Words>
      <Group gap="xs" grow>
        {(['fx', 'fy', 'cx', 'cy', 'depthScale'] as const).map((key) => (
          <NumberInput
            key={key}
            label={text.run[key]}
            hideControls
            value={props.numbers[key] ?? ''}
            onChange={(value) => {
              const { [key]: _, ...rest } = props.numbers
              props.onChange(typeof value === 'number' ? { ...rest, [key]: value } : rest)
            }}
          />
        ))}
      </Group>
    </div>
  )
}

/** Address of a camera server with its live pictures. */
export function CameraInput({ onChange }: FrameInputProps) {
  const text = useText()
  const [base, setBase] = useState('')
  const [asked, setAsked] = useState('')
  const [isLive, setLive] = useState(true)
  const camera = useQuery(cameraQuery(asked, isLive))
  useEffect(() => {
    onChange({ kind: 'camera', base: asked })
  }, [asked, onChange])
  return (
    <Stack gap="sm">
      <Group align="end" gap="xs" wrap="nowrap">
        <CameraAddress
          value={base}
          onChange={setBase}
          onBlur={() => setAsked(base)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') setAsked(base)
          }}
        />
        <Switch
          mb={6}
          label={text.run.live}
          checked={isLive}
          onChange={(event) => setLive(event.currentTarget.checked)}
        />
      </Group>
      {camera.error !== null && <ProblemAlert error={camera.error} onRetry={() => void camera.refetch()} />}
      {camera.error === null && camera.data !== undefined && <CameraPicture preview={camera.data} />}
    </Stack>
  )
}

function SampleInput({ onChange }: FrameInputProps) {
  const text = useText()
  const { data, error } = useQuery(samplesQuery)
  const [name, setName] = useState<string | null>(null)
  const chosen = name ?? data?.[0]?.name ?? null
  const sample = data?.find((item) => item.name === chosen)
  useEffect(() => {
    onChange(chosen === null ? null : { kind: 'sample', name: chosen })
  }, [chosen, onChange])
  if (error !== null) return <ProblemAlert error={error} />
  if (data?.length === 0) return <Words c="dimmed">{text.run.noSamples}</Words>
  return (
    <Stack gap="sm">
      <Select
        label={text.run.sample}
        allowDeselect={false}
        value={chosen}
        data={data?.map((item) => item.name) ?? []}
        onChange={setName}
      />
      {sample !== undefined && sample.objects.length > 0 && (
        <Words fz="sm" c="dimmed">
          {text.run.sampleText}
        </Words>
      )}
      {sample !== undefined && (
        <img
          src={`/api/v2/samples/${encodeURIComponent(sample.name)}/color`}
          alt={sample.name}
          style={{ width: '100%', maxHeight: 360, objectFit: 'contain', borderRadius: 4 }}
        />
      )}
      {sample !== undefined && sample.missing.length > 0 && (
        <Group gap="xs">
          <Words fz="sm">{text.run.sampleMissing(sample.missing.length)}</Words>
          <InstallSample name={sample.name} variant="default" />
        </Group>
      )}
    </Stack>
  )
}
