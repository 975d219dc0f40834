import { defineConfig } from 'vitest/config'

/** The console in a real browser against the real servers: `npm run e2e`. */
export default defineConfig({
  test: {
    include: ['tests/e2e/*.e2e.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
