import { open } from 'node:fs/promises'
import type { ByteSource } from '@sextant/sam6d'

/** Random access to a file; the caller closes it. */
export async function openFileSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const handle = await open(path, 'r')
  const { size } = await handle.stat()
  return {
    size,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > size)
        throw new RangeError(`read of ${length} bytes at ${offset} of ${size}`)
      const bytes = new Uint8Array(length)
      // One system call moves at most 2 GB.
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done)
        if (bytesRead === 0) throw new RangeError(`the file ends at ${offset + done}`)
        done += bytesRead
      }
      return bytes
    },
    close: () => handle.close(),
  }
}
