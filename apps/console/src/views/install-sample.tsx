import { Button, type ButtonProps } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { installSample } from '../api/queries.ts'
import { useText } from '../text/text.tsx'
import { ProblemAlert } from './problem-alert.tsx'

/** Puts the CAD that a sample comes with into the library. */
export function InstallSample({ name, ...look }: { readonly name: string } & Pick<ButtonProps, 'variant'>) {
  const text = useText()
  const client = useQueryClient()
  const install = useMutation({
    mutationFn: () => installSample(name),
    onSuccess: () => client.invalidateQueries(),
  })
  return (
    <>
      <Button {...look} loading={install.isPending} onClick={() => install.mutate()}>
        {text.objects.install}
      </Button>
      {install.error !== null && <ProblemAlert error={install.error} />}
    </>
  )
}
