import { Alert, Button, Code, Group, Text as Words } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { asProblem } from '../api/http.ts'
import { useText } from '../text/text.tsx'

/** An error with its code, its text, and what to do next. */
export function ProblemAlert({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const text = useText()
  const problem = asProblem(error)
  const next = text.problem.next[problem.code] ?? (problem.retryable ? text.problem.retryable : null)
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={text.problem.title}
      styles={{ title: { color: 'light-dark(#a61e1e, #ffa8a8)' } }}
    >
      <Words fz="sm" style={{ overflowWrap: 'anywhere' }}>
        <Code>{problem.code}</Code> {problem.message}
      </Words>
      {next !== null && (
        <Words fz="sm" mt={6}>
          <b>{text.problem.nextStep}:</b> {next}
        </Words>
      )}
      {onRetry !== undefined && (
        <Group mt="xs">
          <Button variant="default" onClick={onRetry}>
            {text.common.retry}
          </Button>
        </Group>
      )}
    </Alert>
  )
}
