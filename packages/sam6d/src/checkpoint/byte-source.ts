/** Random access to a checkpoint, so that files of several gigabytes are never held whole. */
export interface ByteSource {
  /** bytes */
  readonly size: number
  /** Exactly `length` fresh bytes from `offset`; rejects when the range leaves the source. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** A source over bytes in memory; `read` copies. */
export function createMemorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read(offset, length) {
      if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
        return Promise.reject(new RangeError(`read of ${length} bytes at ${offset}`))
      }
      if (offset + length > bytes.byteLength) {
        return Promise.reject(new RangeError(`read of ${length} bytes at ${offset} of ${bytes.byteLength}`))
      }
      return Promise.resolve(bytes.slice(offset, offset + length))
    },
  }
}
