import { rename, rm } from 'node:fs/promises'

/** Puts a finished folder in the place of another, which stays whole until then. */
export async function replaceFolder(fresh: string, target: string): Promise<void> {
  const old = `${fresh}.old`
  const replaced = await rename(target, old).then(
    () => true,
    () => false,
  )
  await rename(fresh, target)
  if (replaced) await rm(old, { recursive: true, force: true })
}
