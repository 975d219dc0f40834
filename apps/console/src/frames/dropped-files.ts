import type { DroppedFile } from './frames-of-files.ts'

/** All files of a drop, folders walked through. */
export async function readDrop(transfer: DataTransfer): Promise<DroppedFile[]> {
  // Entries are only there while the event is handled: all of them are taken before the first wait.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  const files: DroppedFile[] = []
  for (const entry of entries) await walk(entry, files)
  return files
}

/** Files of an `<input type="file">`, with their folders when one was chosen. */
export function readChosen(list: FileList | null): DroppedFile[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

async function walk(entry: FileSystemEntry, files: DroppedFile[]): Promise<void> {
  if (entry instanceof FileSystemFileEntry || entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      ;(entry as FileSystemFileEntry).file(resolve, reject)
    })
    files.push({ path: entry.fullPath.replace(/^\//, ''), file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  // One call gives at most a hundred entries.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (batch.length === 0) return
    for (const child of batch) await walk(child, files)
  }
}
