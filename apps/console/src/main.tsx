import './app/mantine.css'
import './app/app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Problem } from './api/http.ts'
import { Shell } from './app/shell.tsx'
import { theme, variables } from './app/theme.ts'
import { TextProvider } from './text/text.tsx'

const RETRIES = 2

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < RETRIES && (!(error instanceof Problem) || error.retryable),
    },
  },
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <TextProvider>
          <Shell />
        </TextProvider>
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
)
