import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Three and its React binding only come with the 3D view; React, Mantine and the rest are needed at once. */
const LAZY = /node_modules\/(three|@react-three|its-fine|zustand|suspend-react|scheduler-three)\//

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    outDir: 'dist/page',
    emptyOutDir: true,
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\// },
            { name: 'three', test: LAZY },
          ],
        },
      },
    },
  },
})
