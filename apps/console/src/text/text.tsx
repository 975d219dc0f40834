import { createContext, use, useEffect, type ReactNode } from 'react'
import { useLocalStorage } from '@mantine/hooks'
import { en, type Text } from './en.ts'
import { ko } from './ko.ts'

export const LANGUAGES = { en, ko } satisfies Record<string, Text>
export type Language = keyof typeof LANGUAGES

const TextContext = createContext<Text>(en)
const LanguageContext = createContext<{
  readonly language: Language
  readonly setLanguage: (language: Language) => void
}>({
  language: 'en',
  setLanguage: () => undefined,
})

/** The browser's language until the user chooses one. */
export function TextProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useLocalStorage<Language>({
    key: 'sextant-language',
    defaultValue: navigator.language.startsWith('ko') ? 'ko' : 'en',
    getInitialValueInEffect: false,
  })
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return (
    <LanguageContext value={{ language, setLanguage }}>
      <TextContext value={LANGUAGES[language]}>{children}</TextContext>
    </LanguageContext>
  )
}

export const useText = (): Text => use(TextContext)
export const useLanguage = () => use(LanguageContext)
