/**
 * Four shared bytes each way between the service and a rendering thread: slot 0 asks to stop, slot 1 counts finished
 * views, slot 2 their total.
 */
export type RenderControl = SharedArrayBuffer

const CANCEL = 0
const DONE = 1
const TOTAL = 2

export function createRenderControl(): RenderControl {
  return new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)
}

export function requestCancel(control: RenderControl): void {
  Atomics.store(new Int32Array(control), CANCEL, 1)
}

export function isCancelRequested(control: RenderControl): boolean {
  return Atomics.load(new Int32Array(control), CANCEL) !== 0
}

export function storeProgress(control: RenderControl, done: number, total: number): void {
  const slots = new Int32Array(control)
  Atomics.store(slots, TOTAL, total)
  Atomics.store(slots, DONE, done)
}

/** Null until the first view is done. */
export function readProgress(control: RenderControl): { done: number; total: number } | null {
  const slots = new Int32Array(control)
  const total = Atomics.load(slots, TOTAL)
  return total === 0 ? null : { done: Atomics.load(slots, DONE), total }
}
