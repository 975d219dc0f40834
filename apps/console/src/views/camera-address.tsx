import { TextInput, type TextInputProps } from '@mantine/core'
import { useText } from '../text/text.tsx'

interface CameraAddressProps extends Pick<TextInputProps, 'onBlur' | 'onKeyDown'> {
  /** empty: the camera Main is configured with */
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Base address of a camera server. */
export function CameraAddress({ value, onChange, ...events }: CameraAddressProps) {
  const text = useText()
  return (
    <TextInput
      {...events}
      style={{ flex: 1 }}
      label={text.overview.cameraAddress}
      description={text.overview.cameraAddressHint}
      placeholder="http://localhost:51000"
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value.trim())
      }}
    />
  )
}
