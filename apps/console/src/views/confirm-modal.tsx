import { Button, Group, Modal, Text as Words } from '@mantine/core'
import { useText } from '../text/text.tsx'

interface ConfirmModalProps {
  readonly isOpen: boolean
  readonly title: string
  readonly explanation: string
  readonly isPending: boolean
  readonly onClose: () => void
  readonly onConfirm: () => void
}

/** Asks before something is gone. */
export function ConfirmDelete({ isOpen, title, explanation, isPending, onClose, onConfirm }: ConfirmModalProps) {
  const text = useText()
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': text.common.close }}>
      <Words fz="sm">{explanation}</Words>
      <Group justify="end" mt="md">
        <Button variant="default" onClick={onClose} data-autofocus>
          {text.common.cancel}
        </Button>
        <Button color="red.8" loading={isPending} onClick={onConfirm}>
          {text.common.delete}
        </Button>
      </Group>
    </Modal>
  )
}
