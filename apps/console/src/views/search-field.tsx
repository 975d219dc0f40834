import { TextInput, type TextInputProps } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'

interface SearchFieldProps extends Pick<TextInputProps, 'w' | 'style'> {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** What is typed narrows a list. */
export function SearchField({ label, value, onChange, ...place }: SearchFieldProps) {
  return (
    <TextInput
      {...place}
      leftSection={<IconSearch size={14} />}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value)
      }}
    />
  )
}
